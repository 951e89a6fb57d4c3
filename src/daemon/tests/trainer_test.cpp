#include "headroom/daemon/trainer.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom/history/rocksdb_history.h"
#include "retrain_rig.h"
#include "rig.h"

namespace headroom {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::append_waves;
using testing::Folder;
using testing::GatedHistory;
using testing::PassingHistory;
using testing::poor_model;
using testing::quick_trainer;
using testing::snapshot_at;
using testing::uuid_of;

constexpr std::size_t kWeek = kStepsPerWeek;

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::unique_ptr<HistoryStore> week_of(int vms) {
  auto history = make_memory_history();
  append_waves(*history, vms, kWeek);
  return history;
}

TrainerOptions saving_to(const std::filesystem::path& file) {
  TrainerOptions options = quick_trainer();
  options.file = file;
  return options;
}

// The outcome of one training, begun at `snapshot`.
TrainingOutcome outcome_of(Trainer& trainer, const Snapshot& snapshot) {
  trainer.begin_if_due(snapshot);
  trainer.wait();
  return trainer.status().last.value();
}

TEST(Trainer, TrainsOnTheHistoryOfAllVmsAndHandsTheBetterModelOverOnce) {
  const Folder folder;
  const auto history = open_rocksdb_history(folder / "history").value();
  append_waves(*history, 4, kWeek);
  Trainer trainer(*history, poor_model(), quick_trainer());
  EXPECT_EQ(trainer.take(), nullptr);
  const TrainingOutcome outcome = outcome_of(trainer, snapshot_at(kWeek));
  EXPECT_EQ(outcome.end, TrainingEnd::kAccepted) << outcome.text;
  EXPECT_EQ(outcome.at, snapshot_at(kWeek).taken_at);
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("4 VMs, 2013-07-01T00:00:00Z to 2013-07-08T00:00:00Z, goes on trial"), HasSubstr("% less")));
  const auto model = trainer.take();
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->info().vms, 4U);
  EXPECT_EQ(model->info().trained_to, snapshot_at(kWeek).taken_at);
  EXPECT_EQ(model->info().horizon_steps, poor_model()->info().horizon_steps);
  EXPECT_EQ(trainer.take(), nullptr);
}

TEST(Trainer, KeepsThePresentModelWhereTheNewOneLosesMore) {
  const Folder folder;
  const auto history = week_of(3);
  TrainerOptions options = saving_to(folder / "ple.model");
  options.training.trees = 1;
  Trainer trainer(*history, quick_model(), options);
  const TrainingOutcome outcome = outcome_of(trainer, snapshot_at(kWeek));
  EXPECT_EQ(outcome.end, TrainingEnd::kKept);
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("kept the present model"), HasSubstr("% more on "), HasSubstr("held-out targets")));
  EXPECT_EQ(trainer.take(), nullptr);
  EXPECT_FALSE(std::filesystem::exists(options.file));
}

TEST(Trainer, IsDueWhenSoMuchOfTheLoopsTimeHasPassed) {
  GatedHistory history;
  append_waves(history, 2, kWeek);
  TrainerOptions options = quick_trainer();
  options.every = std::chrono::hours(24);
  Trainer trainer(history, poor_model(), options);
  trainer.begin_if_due(snapshot_at(1000));  // the first round, which began a step before
  EXPECT_EQ(trainer.status().next, snapshot_at(999 + kStepsPerDay).taken_at);
  trainer.begin_if_due(snapshot_at(999 + kStepsPerDay - 1));
  EXPECT_FALSE(trainer.status().training);
  trainer.begin_if_due(snapshot_at(999 + kStepsPerDay));
  EXPECT_TRUE(trainer.status().training);
  trainer.begin_if_due(snapshot_at(999 + 3 * kStepsPerDay));  // one at a time
  history.open();
  trainer.wait();
  EXPECT_EQ(trainer.status().last->at, snapshot_at(999 + kStepsPerDay).taken_at);
  EXPECT_EQ(trainer.status().next, snapshot_at(999 + 2 * kStepsPerDay).taken_at);
}

TEST(Trainer, CountsFromTheEndOfASavedModel) {
  const auto history = make_memory_history();
  TrainerOptions options = quick_trainer();
  options.every = std::chrono::hours(48);
  options.last_trained = snapshot_at(500).taken_at;
  Trainer trainer(*history, poor_model(), options);
  trainer.begin_if_due(snapshot_at(600));
  EXPECT_EQ(trainer.status().next, snapshot_at(500 + 2 * kStepsPerDay).taken_at);
}

// A directory on which a replay ran before holds what is yet to come.
TEST(Trainer, LearnsNothingOfWhatCameAfterItsRound) {
  const Folder folder;
  const auto honest = make_memory_history(), knowing = make_memory_history();
  append_waves(*honest, 3, kWeek);
  append_waves(*knowing, 3, kWeek + 500);
  for (HistoryStore* history : {honest.get(), knowing.get()}) {
    Trainer trainer(*history, poor_model(), quick_trainer());
    const TrainingOutcome outcome = outcome_of(trainer, snapshot_at(kWeek));
    ASSERT_EQ(outcome.end, TrainingEnd::kAccepted) << outcome.text;
    ASSERT_TRUE(trainer.take()->save(folder / (history == honest.get() ? "honest" : "knowing")).has_value());
  }
  EXPECT_EQ(bytes_of(folder / "honest"), bytes_of(folder / "knowing"));
}

TEST(Trainer, LearnsNothingOlderThanItsWindow) {
  const auto history = week_of(3);
  TrainerOptions options = quick_trainer();
  options.window = std::chrono::hours(72);
  Trainer trainer(*history, poor_model(), options);
  ASSERT_EQ(outcome_of(trainer, snapshot_at(kWeek)).end, TrainingEnd::kAccepted);
  EXPECT_EQ(trainer.take()->info().trained_from, snapshot_at(kWeek).taken_at - options.window);
}

TEST(Trainer, SavesWhatIsPromotedAndSaysWhereItCannot) {
  const Folder folder;
  const auto history = week_of(3);
  TrainerOptions options = saving_to(folder / "ple.model");
  {
    Trainer trainer(*history, poor_model(), options);
    outcome_of(trainer, snapshot_at(kWeek));
    const auto model = trainer.take();
    EXPECT_FALSE(std::filesystem::exists(options.file)) << "it has not proved itself yet";
    trainer.promoted(model);
    trainer.wait();
    EXPECT_EQ(GlobalModel::load(options.file).value()->info().trained_to, model->info().trained_to);
  }
  options.file = folder / "none/ple.model";
  Trainer trainer(*history, poor_model(), options);
  EXPECT_EQ(outcome_of(trainer, snapshot_at(kWeek)).end, TrainingEnd::kAccepted);
  trainer.promoted(trainer.take());
  trainer.wait();
  EXPECT_THAT(trainer.status().last->text, HasSubstr("not kept for the next start"));
}

TEST(Trainer, SavesWhatWasPromotedInTheLastRoundBeforeItEnds) {
  const Folder folder;
  const auto history = week_of(3);
  const TrainerOptions options = saving_to(folder / "ple.model");
  Trainer trainer(*history, poor_model(), options);
  trainer.promoted(quick_model());
  trainer.cancel();
  EXPECT_EQ(GlobalModel::load(options.file).value()->info().trained_to, quick_model()->info().trained_to);
}

TEST(Trainer, AModelThatNoRoundIsLeftForIsDroppedAndSaidToBe) {
  const Folder folder;
  const auto history = week_of(3);
  TrainerOptions options = saving_to(folder / "ple.model");
  Trainer trainer(*history, poor_model(), options);
  outcome_of(trainer, snapshot_at(kWeek));
  trainer.cancel();
  trainer.cancel();  // once said is enough
  const std::string text = trainer.status().last->text, said = "but the run is over";
  EXPECT_TRUE(text.ends_with(said)) << text;
  EXPECT_EQ(text.find(said), text.rfind(said));
  EXPECT_FALSE(std::filesystem::exists(options.file));
}

// Its trees would take minutes.
TEST(Trainer, CancelledInTheMidstOfItEndsPromptly) {
  const auto history = week_of(4);
  TrainerOptions options = quick_trainer();
  options.training.trees = 4000;
  Trainer trainer(*history, poor_model(), options);
  trainer.begin_if_due(snapshot_at(kWeek));
  ASSERT_TRUE(poll_until([&] { return trainer.status().share > 0; }, std::chrono::seconds(120)));
  const Stopwatch ending;
  trainer.cancel();
  EXPECT_LT(ending.seconds(), 5);
  EXPECT_EQ(trainer.status().last->end, TrainingEnd::kCancelled);
  EXPECT_FALSE(trainer.status().training);
  trainer.begin_if_due(snapshot_at(2 * kWeek));
  EXPECT_FALSE(trainer.status().training) << "for good";
}

TEST(Trainer, TooLittleHistoryIsSaidAndTriedAgainWhenItIsDueAgain) {
  const auto history = make_memory_history();
  append_waves(*history, 1, 100);
  Trainer trainer(*history, poor_model(), quick_trainer());
  const TrainingOutcome outcome = outcome_of(trainer, snapshot_at(100));
  EXPECT_EQ(outcome.end, TrainingEnd::kFailed);
  EXPECT_THAT(outcome.text, HasSubstr("no new model: the training window holds too few samples"));
  append_waves(*history, 4, kWeek);
  EXPECT_EQ(outcome_of(trainer, snapshot_at(kWeek)).end, TrainingEnd::kAccepted);
}

class DamagedHistory : public PassingHistory {
 public:
  Result<std::vector<Sample>> read(std::string_view vm, Instant from, Instant to) override {
    if (vm == uuid_of(1) && from < snapshot_at(kStepsPerDay).taken_at && to > kBeginning + Duration(1))
      return fail(ErrorCode::kFailed, "the chunk is damaged");
    return PassingHistory::read(vm, from, to);
  }
};

TEST(Trainer, GoesOnWithoutADayThatCannotBeRead) {
  DamagedHistory history;
  append_waves(history, 3, kWeek);
  Trainer trainer(history, poor_model(), quick_trainer());
  const TrainingOutcome outcome = outcome_of(trainer, snapshot_at(kWeek));
  EXPECT_EQ(outcome.end, TrainingEnd::kAccepted);
  EXPECT_THAT(outcome.text, HasSubstr("1 days of a VM could not be read: the chunk is damaged"));
  EXPECT_EQ(trainer.take()->info().vms, 3U);
}

class CountingHistory : public PassingHistory {
 public:
  Result<std::vector<Sample>> read(std::string_view vm, Instant from, Instant to) override {
    EXPECT_LE(to - from, std::chrono::hours(24)) << "a long read";
    asked.insert(std::string(vm));
    return PassingHistory::read(vm, from, to);
  }
  std::set<std::string> asked;
};

TEST(Trainer, AsksASpreadOfSoManyVmsADayAtATime) {
  CountingHistory history;
  append_waves(history, 6, kWeek);
  TrainerOptions options = quick_trainer();
  options.most_vms = 3;
  Trainer trainer(history, poor_model(), options);
  EXPECT_THAT(outcome_of(trainer, snapshot_at(kWeek)).text, HasSubstr("3 of 6 VMs in the history were asked"));
  EXPECT_EQ(history.asked, (std::set<std::string>{uuid_of(0), uuid_of(2), uuid_of(4)}));
}

}  // namespace
}  // namespace headroom
