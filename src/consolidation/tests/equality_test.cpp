// The published policies beside a second, slow statement of the model, and beside the figures published for real days.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "headroom/consolidation/experiment.h"
#include "made_day.h"
#include "slow_model.h"

namespace headroom {
namespace {

constexpr double kEqual = 1e-9;  // relative

void expect_equal(const Day& day, const slow::Setting& setting, slow::Figures& slow) {
  ExperimentOptions options;
  options.policy = setting.regression ? ConsolidationPolicy::kLrMmt : ConsolidationPolicy::kThrMmt;
  options.vm_deaths = setting.deaths;
  options.enforce_ram = setting.enforce_ram;
  const auto fast = run_experiment(day, options);
  ASSERT_TRUE(fast.has_value()) << fast.error().message;
  slow = slow::run(day, setting);
  EXPECT_NEAR(fast->energy_kwh, slow.energy_kwh, kEqual * slow.energy_kwh);
  EXPECT_EQ(fast->migrations, slow.migrations);
  EXPECT_EQ(fast->host_shutdowns, slow.shutdowns);
  EXPECT_EQ(fast->vms_left, slow.vms_left);
  EXPECT_NEAR(fast->slatah, slow.slatah, kEqual * slow.slatah);
  EXPECT_NEAR(fast->pdm, slow.pdm, kEqual * slow.pdm);
}

TEST(PublishedExperiment, EqualsASlowRestatementOfItOnMadeUpDays) {
  std::size_t rationed = 0, sent_on = 0, died = 0;
  for (std::uint32_t seed : {1u, 2u, 3u})
    for (bool regression : {true, false}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + (regression ? ", regression" : ", threshold"));
      const Day day = made_day(seed, 30 + 25 * seed);
      slow::Figures slow;
      expect_equal(day, {regression, true, false}, slow);
      rationed += slow.rationed;
      sent_on += slow.sent_on;
      died += day.size() - slow.vms_left;
    }
  EXPECT_GT(rationed, 100u) << "too little was tested";
  EXPECT_GT(sent_on, 10u) << "too little was tested";
  EXPECT_GT(died, 30u) << "too little was tested";
}

TEST(PublishedExperiment, EqualsItWithoutDeathsToo) {
  slow::Figures slow;
  expect_equal(made_day(4, 90), {true, false, false}, slow);
  EXPECT_EQ(slow.vms_left, 90u);
}

TEST(PublishedExperiment, EqualsItWithMemoryEnforcedToo) {
  slow::Figures slow;
  expect_equal(made_day(5, 90), {true, true, true}, slow);
}

// What CloudSim 3.0.3 printed, and for the days after the first a restatement that equals it. DIR holds YYYYMMDD.csv.gz:
//   HEADROOM_PLANETLAB=DIR build/release/bin/consolidation_test
struct Published {
  const char* day;
  ConsolidationPolicy policy;
  double energy_kwh;                 // to 0.005
  std::size_t migrations, shutdowns;
  double slav_e5;                    // to 0.0005
};
constexpr auto kThr = ConsolidationPolicy::kThrMmt, kLr = ConsolidationPolicy::kLrMmt;
constexpr Published kPublished[] = {
    {"20110303", kThr, 192.62, 26711, 5885, 3.176}, {"20110303", kLr, 163.48, 27859, 5053, 4.644},
    {"20110306", kThr, 144.74, 20908, 4682, 3.596}, {"20110306", kLr, 123.28, 20878, 4018, 4.625},
    {"20110309", kThr, 165.27, 23475, 5139, 4.052}, {"20110309", kLr, 142.09, 24959, 4563, 6.016},
    {"20110322", kThr, 201.70, 28902, 5950, 3.057}, {"20110322", kLr, 177.48, 32038, 5506, 4.644},
    {"20110325", kThr, 175.24, 24883, 5449, 3.374}, {"20110325", kLr, 152.58, 26513, 4846, 4.723},
    {"20110403", kThr, 258.56, 35488, 7450, 3.000}, {"20110403", kLr, 219.70, 37972, 6550, 4.566},
    {"20110409", kThr, 209.32, 29377, 6293, 3.017}, {"20110409", kLr, 179.89, 31556, 5563, 4.465},
    {"20110411", kThr, 207.38, 29130, 6256, 3.127}, {"20110411", kLr, 176.12, 31960, 5535, 4.894},
    {"20110412", kThr, 177.20, 24824, 5428, 3.289}, {"20110412", kLr, 151.61, 26248, 4742, 4.869},
    {"20110420", kThr, 150.50, 22191, 4765, 4.270}, {"20110420", kLr, 130.90, 24400, 4354, 6.803},
};

// The table's file of a day where the traces are given, else nothing.
std::optional<std::filesystem::path> given_day(const std::string& day) {
  const char* directory = std::getenv("HEADROOM_PLANETLAB");
  if (directory == nullptr) return std::nullopt;
  const std::filesystem::path table = std::filesystem::path(directory) / (day + ".csv.gz");
  return std::filesystem::exists(table) ? std::optional(table) : std::nullopt;
}

// judge(published, day) for each run whose day is given; skips the test when none is.
template <class Judge>
void judge_given_days(Judge judge) {
  std::size_t judged = 0;
  for (const Published& p : kPublished) {
    const auto table = given_day(p.day);
    if (!table) continue;
    SCOPED_TRACE(std::string(p.day) + (p.policy == kThr ? ", thr-mmt" : ", lr-mmt"));
    const auto day = read_day(*table);
    ASSERT_TRUE(day.has_value()) << day.error().message;
    judge(p, *day);
    ++judged;
  }
  if (judged == 0) GTEST_SKIP() << "HEADROOM_PLANETLAB names no directory with the traces";
}

TEST(PublishedDays, HaveTheFiguresOfCloudSim) {
  judge_given_days([](const Published& p, const Day& day) {
    ExperimentOptions options;
    options.policy = p.policy;
    const auto report = run_experiment(day, options);
    ASSERT_TRUE(report.has_value());
    EXPECT_NEAR(report->energy_kwh, p.energy_kwh, 0.00501);
    EXPECT_EQ(report->migrations, p.migrations);
    EXPECT_EQ(report->host_shutdowns, p.shutdowns);
    EXPECT_NEAR(report->slav * 1e5, p.slav_e5, 0.000501);
  });
}

// Some five seconds a day and policy.
TEST(PublishedDays, EqualTheSlowRestatement) {
  judge_given_days([](const Published& p, const Day& day) {
    slow::Figures slow;
    expect_equal(day, {p.policy == kLr, true, false}, slow);
  });
}

TEST(PublishedDays, HaveTheFiguresOfCloudSimInEveryStep) {
  const auto table = given_day("20110303");
  if (!table) GTEST_SKIP() << "HEADROOM_PLANETLAB names no directory with the traces";
  const auto day = read_day(*table);
  ASSERT_TRUE(day.has_value()) << day.error().message;
  std::ifstream golden(HEADROOM_SOURCE_DIR "/src/consolidation/tests/golden/20110303_lr_mmt.csv");
  std::string line;
  std::getline(golden, line);
  std::size_t steps = 0;
  ExperimentOptions options;
  options.policy = kLr;
  options.on_step = [&](const StepState& s) {
    ASSERT_TRUE(std::getline(golden, line));
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream in(line);
    double time_s = 0, joules = 0;
    std::size_t migrations = 0, loaded = 0, with_vms = 0, vms = 0;
    ASSERT_TRUE(in >> time_s >> joules >> migrations >> loaded >> with_vms >> vms) << line;
    EXPECT_NEAR(s.time_s, time_s, kEqual * time_s);
    EXPECT_NEAR(s.energy_joules, joules, kEqual * joules) << line;
    EXPECT_EQ(s.migrations, migrations) << line;
    EXPECT_EQ(s.hosts_loaded, loaded) << line;
    EXPECT_EQ(s.hosts_with_vms, with_vms) << line;
    EXPECT_EQ(s.vms, vms) << line;
    ++steps;
  };
  ASSERT_TRUE(run_experiment(*day, options).has_value());
  EXPECT_EQ(steps, 287u);
}

}  // namespace
}  // namespace headroom
