#include "headroom/daemon/succession.h"

#include <gmock/gmock.h>

#include "retrain_rig.h"

namespace headroom {
namespace {

using ::testing::HasSubstr;
using std::chrono::hours;
using testing::poor_model;

// So many targets, on which the challenger loses `ratio` times what the champion does.
LiveReport live(double ratio, double targets = 20'000) {
  LiveReport report;
  for (std::size_t i = 0; i < 4; ++i) {
    HeadAccuracy head;
    head.sampled.rival_targets = targets / 4;
    head.sampled.model_beside_rival = 0.1;
    head.sampled.rival = 0.1 * ratio;
    report.heads.push_back(head);
  }
  return report;
}

Succession on_trial() {
  Succession models(poor_model(), TrialRules());
  models.challenge(quick_model(), kBeginning);
  return models;
}

TEST(Succession, AChallengerThatLosesLessTakesOverAfterADay) {
  Succession models = on_trial();
  EXPECT_TRUE(models.status().trial);
  EXPECT_FALSE(models.judge(live(0.8), kBeginning + hours(23)));
  EXPECT_FALSE(models.judge(live(0.8, 1000), kBeginning + hours(24))) << "too few targets";
  EXPECT_TRUE(models.judge(live(0.8), kBeginning + hours(25)));
  EXPECT_EQ(models.champion(), quick_model());
  EXPECT_EQ(models.challenger(), poor_model()) << "stays on in its shadow";
  EXPECT_TRUE(models.status().probation);
  EXPECT_THAT(models.status().text, HasSubstr("takes over: it loses 20.0 % less on 20000 live targets"));
}

TEST(Succession, AChallengerThatIsNoBetterIsSentAwayAfterThreeDays) {
  Succession models = on_trial();
  EXPECT_FALSE(models.judge(live(0.995), kBeginning + hours(71)));
  EXPECT_TRUE(models.judge(live(0.995), kBeginning + hours(72)));
  EXPECT_EQ(models.champion(), poor_model());
  EXPECT_EQ(models.challenger(), nullptr);
  EXPECT_FALSE(models.status().trial);
  EXPECT_THAT(models.status().text, HasSubstr("kept the present model"));
}

TEST(Succession, APromotedModelThatLosesLiveIsReplacedByTheOneBefore) {
  Succession models = on_trial();
  ASSERT_TRUE(models.judge(live(0.9), kBeginning + hours(24)));
  EXPECT_FALSE(models.judge(live(0.9), kBeginning + hours(30)));
  EXPECT_TRUE(models.judge(live(0.9), kBeginning + hours(48)));
  EXPECT_EQ(models.champion(), poor_model());
  EXPECT_EQ(models.challenger(), nullptr) << "for good, or they would go on changing places";
  EXPECT_THAT(models.status().text, HasSubstr("is put back: it loses 10.0 % less"));
}

TEST(Succession, APromotedModelThatHoldsItsOwnStays) {
  Succession models = on_trial();
  ASSERT_TRUE(models.judge(live(0.9), kBeginning + hours(24)));
  EXPECT_FALSE(models.judge(live(1.1), kBeginning + hours(90)));
  EXPECT_TRUE(models.judge(live(1.1), kBeginning + hours(96)));
  EXPECT_EQ(models.champion(), quick_model());
  EXPECT_EQ(models.challenger(), nullptr);
  EXPECT_THAT(models.status().text, HasSubstr("has proved itself: the one before loses 10.0 % more"));
}

// The real engine, on waves that the poor model knows next to nothing of.
TEST(Succession, IsSettledByWhatTheEngineFindsLive) {
  PredictiveLoadEngine engine(poor_model());
  Succession models(poor_model(), {.least = hours(6), .most = hours(72), .margin = 0.01, .targets = 500});
  ASSERT_TRUE(engine.set_challenger(quick_model()));
  const auto x = wave(91, kStepsPerDay * 4);
  models.challenge(quick_model(), kBeginning);
  std::vector<std::shared_ptr<const GlobalModel>> champions{models.champion()};
  for (std::size_t step = 0; step < x.size(); ++step) {
    engine.observe(sample_at(static_cast<std::int64_t>(step), x[step]));
    forecast_at(engine, static_cast<std::int64_t>(step));
    if (!models.judge(engine.accuracy(), kBeginning + static_cast<std::int64_t>(step) * kStep)) continue;
    if (models.champion() != champions.back()) {
      champions.push_back(models.champion());
      ASSERT_TRUE(engine.replace_model(models.champion()));
    }
    ASSERT_TRUE(engine.set_challenger(models.challenger()));
  }
  EXPECT_THAT(champions, ::testing::ElementsAre(poor_model(), quick_model())) << models.status().text;
  EXPECT_THAT(models.status().text, HasSubstr("has proved itself"));
}

}  // namespace
}  // namespace headroom
