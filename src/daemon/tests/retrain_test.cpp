// A run whose model is trained again meanwhile.
#include <gmock/gmock.h>

#include "headroom/base/clock.h"
#include "headroom/daemon/json.h"
#include "retrain_rig.h"
#include "rig.h"

namespace headroom {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::GatedHistory;
using testing::poor_model;
using testing::quick_trainer;
using testing::short_options;
using testing::short_world;

constexpr std::size_t kDueAfter = 14;  // rounds

TrainerOptions due_once() {
  TrainerOptions options = quick_trainer();
  options.every = kDueAfter * kStep;
  return options;
}

RunOptions with_trainer(HistoryStore& history, Trainer& trainer) {
  RunOptions options = short_options(history);
  options.model = poor_model();
  options.trainer = &trainer;
  options.compare = {"static", "migrate-first"};
  return options;
}

TEST(Retraining, TheRoundsGoOnMeanwhileThenTheNewModelIsTriedAndTakesOver) {
  GatedHistory history;
  Trainer trainer(history, poor_model(), due_once());
  const auto world = short_world(3);
  RunOptions options = with_trainer(history, trainer);
  options.trial = {.least = 2 * kStep, .most = std::chrono::hours(24), .margin = 0.01, .targets = 500};
  std::vector<Instant> forecasts_by;   // the end of the model in force, round by round
  std::size_t rounds_meanwhile = 0;
  options.watch = [&](const State& state) {
    ASSERT_TRUE(state.trainer.has_value());
    forecasts_by.push_back(state.model->info().trained_to);
    rounds_meanwhile += state.trainer->training;
    if (state.round < kDueAfter + 6) return;
    history.open();
    trainer.wait();
  };
  auto run = headroom::Run::make(world, options).value();
  EXPECT_EQ(status_json(*run->board().read()).at("trainer").at("state"), "idle");
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  EXPECT_EQ(rounds_meanwhile, 7U) << "from the round it was begun after to that in which the gate was opened";
  const Instant begun = world->window.begin + kDueAfter * kStep;
  const Instant old = poor_model()->info().trained_to;
  ASSERT_EQ(forecasts_by.size(), 36U);
  EXPECT_EQ(forecasts_by[kDueAfter + 5], old);
  EXPECT_EQ(forecasts_by[kDueAfter + 7], old) << "it is on trial";
  EXPECT_EQ(forecasts_by.back(), begun) << trainer.status().last->text;
  const nlohmann::json status = status_json(*run->board().read());
  EXPECT_EQ(status.at("model").at("trained_to"), to_rfc3339(begun));
  EXPECT_EQ(status.at("model").at("vms"), world->vms.size());
  EXPECT_EQ(status.at("trainer").at("last").at("outcome"), "accepted");
  EXPECT_THAT(status.at("trainer").at("last").at("text").get<std::string>(), HasSubstr("goes on trial"));
  EXPECT_EQ(status.at("trial").at("state"), "probation");
  EXPECT_THAT(status.at("trial").at("last").at("text").get<std::string>(), AllOf(HasSubstr("takes over: it loses "), HasSubstr(" % less on ")));
  EXPECT_TRUE(status.at("trainer").at("next_at").is_null()) << "the run is over";
}

TEST(Retraining, ARunThatIsStoppedInTheMidstOfItEndsPromptly) {
  const auto history = make_memory_history();
  TrainerOptions slow = due_once();
  slow.training.trees = 4000;
  Trainer trainer(*history, poor_model(), slow);
  RunOptions options = with_trainer(*history, trainer);
  Stop stop;
  std::optional<Stopwatch> ending;
  options.watch = [&](const State& state) {
    if (!state.trainer->training || stop.requested()) return;
    ASSERT_TRUE(poll_until([&] { return trainer.status().share > 0; }, std::chrono::seconds(120)));
    ending.emplace();
    stop.request();
  };
  auto run = headroom::Run::make(short_world(2), options).value();
  ASSERT_TRUE(run->go(stop).has_value());
  ASSERT_TRUE(ending.has_value());
  EXPECT_LT(ending->seconds(), 5);
  EXPECT_EQ(trainer.status().last->end, TrainingEnd::kCancelled);
}

TEST(Retraining, IsRefusedWhereThePolicyDoesNotForecastWithTheModel) {
  const auto history = make_memory_history();
  Trainer trainer(*history, poor_model(), due_once());
  RunOptions options = with_trainer(*history, trainer);
  options.policy = "reactive-threshold";
  const auto run = headroom::Run::make(short_world(1), options);
  EXPECT_EQ(run.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(run.error().message, HasSubstr("reactive-threshold does not forecast with it"));
}

TEST(Retraining, IsNullInTheStatusOfARunWithoutIt) {
  const auto history = make_memory_history();
  const auto run = headroom::Run::make(short_world(1), short_options(*history)).value();
  const nlohmann::json status = status_json(*run->board().read());
  EXPECT_TRUE(status.at("trainer").is_null());
  EXPECT_EQ(status.at("model").at("vms"), 100);
}

}  // namespace
}  // namespace headroom
