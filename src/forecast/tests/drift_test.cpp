#include "headroom/forecast/drift.h"

#include <gmock/gmock.h>

#include "synthetic.h"

namespace headroom {
namespace {

constexpr int kVms = 4;

// A VM of another world: its level jumps and stays, where the model's swings back.
std::vector<float> jumping(std::uint64_t seed, std::size_t steps) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise;
  std::vector<float> x;
  double level = 1000;
  for (std::size_t step = 0; step < steps; ++step) {
    if (random() % 4 == 0) level = std::max(100.0, level + 20 * noise(random));
    x.push_back(static_cast<float>(level));
  }
  return x;
}

TrainingSource jumpers(int count, std::size_t steps) {
  return [count, steps, next = 0]() mutable -> std::optional<TrainingVm> {
    if (next == count) return std::nullopt;
    const auto seed = 1000 + 10 * static_cast<std::uint64_t>(++next);
    TrainingVm vm;
    vm.name = "jumper";
    vm.start = kBeginning;
    for (std::size_t r = 0; r < kResourceCount; ++r) vm.demand[r] = jumping(seed + r, steps);
    return vm;
  };
}

// A fleet under the engine with its alarm, advanced by hours.
struct Watched {
  Watched() : engine(quick_model()), alarm(quick_model()->info()) {
    for (int vm = 0; vm < kVms; ++vm) calm.push_back(wave(50 + static_cast<std::uint64_t>(vm), 288 * 40));
    for (int vm = 0; vm < kVms; ++vm) other.push_back(jumping(50 + static_cast<std::uint64_t>(vm), 288 * 40));
  }
  // The first hour at whose end the alarm is as asked for; -1: at none of them.
  int hours_until(bool raised, int most, bool behaves_otherwise) {
    for (int hour = 0; hour < most; ++hour) {
      for (int i = 0; i < kStepsPerHour; ++i) advance(behaves_otherwise);
      if (alarm.update(engine.accuracy()).raised == raised) return hour + 1;
    }
    return -1;
  }
  void advance(bool behaves_otherwise) {
    std::vector<VmId> ids;
    for (int vm = 0; vm < kVms; ++vm) {
      const auto& x = (behaves_otherwise ? other : calm)[static_cast<std::size_t>(vm)];
      VmSample s = sample_at(step, static_cast<double>(x[static_cast<std::size_t>(step)]));
      s.vm = VmId(static_cast<std::uint32_t>(vm));
      engine.observe(s);
      ids.push_back(s.vm);
    }
    engine.forecast(kBeginning + (step + 1) * kStep, ids, out);
    ++step;
  }
  PredictiveLoadEngine engine;
  DriftAlarm alarm;
  std::vector<std::vector<float>> calm, other;
  std::vector<Forecast> out;
  std::int64_t step = 0;
};

TEST(DriftAlarm, NeverRisesOverAFleetThatBehavesAsTheModelLearnt) {
  Watched fleet;
  EXPECT_EQ(fleet.hours_until(true, 8 * 24, false), -1) << fleet.alarm.drift().text;
  EXPECT_TRUE(fleet.alarm.drift().known);
  EXPECT_THAT(fleet.alarm.drift().text, ::testing::HasSubstr("the model fits"));
}

TEST(DriftAlarm, RisesWithinTwoDaysOfAChangeAndStaysDownAfterRetraining) {
  Watched fleet;
  ASSERT_EQ(fleet.hours_until(true, 3 * 24, false), -1);
  const int rose = fleet.hours_until(true, 4 * 24, true);
  EXPECT_GT(rose, 0) << fleet.alarm.drift().loss_over_card << " " << fleet.alarm.drift().lean;
  EXPECT_LE(rose, 48);
  EXPECT_THAT(fleet.alarm.drift().text, ::testing::HasSubstr("train it again"));
  TrainOptions how = quick_training();
  how.threads = 1;
  const auto retrained = train(jumpers(16, 288 * 12), how).value();
  ASSERT_TRUE(fleet.engine.replace_model(retrained));
  fleet.alarm.use(retrained->info());
  EXPECT_FALSE(fleet.alarm.drift().raised);
  EXPECT_EQ(fleet.hours_until(true, 4 * 24, true), -1) << fleet.alarm.drift().text;
  EXPECT_TRUE(fleet.alarm.drift().known);
}

TEST(DriftAlarm, FallsWithinAWeekOfTheFleetBehavingAgain) {
  Watched fleet;
  ASSERT_EQ(fleet.hours_until(true, 3 * 24, false), -1);
  ASSERT_GT(fleet.hours_until(true, 3 * 24, true), 0);
  const int fell = fleet.hours_until(false, 7 * 24, false);
  EXPECT_GT(fell, 1) << "not at once: it takes time to tell";
}

// Between the two thresholds it stays as it is.
TEST(DriftAlarm, DoesNotFlutter) {
  ModelInfo card;
  card.scores = {{1, false, 0.5F, 0, 0, 0}};
  DriftAlarm alarm(card);
  const auto at = [&](double loss_over_card) {
    LiveReport report;
    HeadAccuracy head;
    head.horizon_steps = 1;
    head.sampled.targets = 1000;
    head.sampled.base = 1;
    head.sampled.model = 0.5 * loss_over_card;
    report.heads = {head};
    return alarm.update(report).raised;
  };
  EXPECT_FALSE(at(1.2));
  EXPECT_TRUE(at(1.3));
  EXPECT_TRUE(at(1.2));
  EXPECT_FALSE(at(1.1));
  EXPECT_FALSE(at(1.2));
}

TEST(DriftAlarm, SaysNothingBeforeThereIsEnoughToTell) {
  DriftAlarm alarm(quick_model()->info());
  LiveReport report;
  report.lean = 2;
  EXPECT_FALSE(alarm.update(report).raised);
  EXPECT_FALSE(alarm.drift().known);
}

}  // namespace
}  // namespace headroom
