#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "headroom/rules/rules.h"

namespace headroom::rules {
namespace {

using std::chrono::minutes;

std::string error_of(const std::string& yaml) {
  const auto rules = parse_rules(yaml, "r.yaml", default_horizons());
  return rules ? "accepted" : rules.error().message;
}

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

const std::string kTree = HEADROOM_SOURCE_DIR;

constexpr const char* kFull = R"(rules:
  - name: grow-cpu
    metric: cpu
    quantile: 95 %
    horizon: 15m
    threshold: 80 %
    sustained for: 5m
    action: grow
    target: 70 %
    limits: {at least: 0.5 vCPU, at most: 16 cores}
    cooldown: 10m
    automation level: recommend
)";

TEST(RulesFile, IsReadKeyByKey) {
  const auto rules = parse_rules(kFull, "r.yaml", default_horizons());
  ASSERT_TRUE(rules) << rules.error().message;
  const Rule& r = rules->at(0);
  EXPECT_EQ(r.name, "grow-cpu");
  EXPECT_EQ(r.line, 2);
  EXPECT_EQ(r.metric, Resource::kCpu);
  EXPECT_EQ(r.quantile, 0.95);
  EXPECT_EQ(r.horizon, minutes(15));
  EXPECT_EQ(r.threshold, 0.8);
  EXPECT_EQ(r.sustained_for, minutes(5));
  EXPECT_EQ(r.action, RuleAction::kGrow);
  EXPECT_EQ(r.target, 0.7);
  EXPECT_EQ(r.at_least, 500);
  EXPECT_EQ(r.at_most, 16'000);
  EXPECT_EQ(r.cooldown, minutes(10));
  EXPECT_EQ(r.level, AutomationLevel::kRecommend);
}

TEST(RulesFile, MayLeaveOutWhatHasADefault) {
  const auto rules =
      parse_rules("rules: [{name: a, metric: cpu, action: grow, threshold: 0.9, target: 0.8}]", "r.yaml", {});
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_FALSE(rules->at(0).quantile);
  EXPECT_EQ(rules->at(0).cooldown, Duration(0));
  EXPECT_EQ(rules->at(0).level, AutomationLevel::kAuto);
}

TEST(RulesFile, NamesTheLineOfABadKeyOrValue) {
  EXPECT_EQ(error_of("rules:\n  - name: grow-cpu\n    tresholdd: 80 %\n"),
            "r.yaml:3: unknown key 'tresholdd' in rule 'grow-cpu'; did you mean 'threshold'?");
  EXPECT_EQ(error_of("rules:\n  - name: a\n    metric: cpu\n    action: grow\n    sustained_for: 5m\n"),
            "r.yaml:5: unknown key 'sustained_for' in rule 'a'; did you mean 'sustained for'?");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: gro, threshold: 1, target: 1}\n"),
            "r.yaml:2: 'action' in rule 'a': 'gro' is not one of grow, shrink, migrate, alert; did you mean 'grow'?");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: gpu, action: grow, threshold: 1, target: 1}\n"),
            "r.yaml:2: 'metric' in rule 'a': 'gpu' is not one of cpu, memory, disk, network; did you mean 'cpu'?");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: grow, target: 1}\n"),
            "r.yaml:2: rule 'a' has no key 'threshold'");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: grow, threshold: 0, target: 1}\n"),
            "r.yaml:2: 'threshold' in rule 'a': '0' must be above 0 % and at most 1000 %");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: grow, threshold: 80, target: 1}\n"),
            "r.yaml:2: 'threshold' in rule 'a': '80' must be above 0 % and at most 1000 %; did you mean '80 %'?");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: grow, quantile: 1, threshold: 1, target: 1}\n"),
            "r.yaml:2: 'quantile' in rule 'a': '1' must be above 0 % and below 100 %");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: memory, action: grow, threshold: .9, target: .8,\n"
                     "     limits: {at most: 4 cores}}\n"),
            "r.yaml:3: 'at most' in limits of rule 'a': 'cores' is not a unit of memory; write 16 GiB or 256 MiB");
}

TEST(RulesFile, RefusesKeysWithoutEffect) {
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: shrink, threshold: .8, target: .7, sustained for: 1h}\n"),
            "r.yaml:2: rule 'a': shrink rules have no 'threshold': 'target' and 'min change' decide");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: grow, threshold: .8, target: .7, min change: .1}\n"),
            "r.yaml:2: rule 'a': grow rules have no 'min change': only a shrink can be too small to be worth it");
  EXPECT_EQ(error_of("rules:\n  - {name: a, metric: cpu, action: alert, threshold: .8, target: .7}\n"),
            "r.yaml:2: rule 'a': alert rules have no 'target': they change nothing");
}

TEST(RulesFile, ThatIsNotThereIsNotFound) {
  const auto rules = load_rules("none.yaml", default_horizons());
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().code, ErrorCode::kNotFound);
}

TEST(RulesFile, ShippedExamplesMatchTheirGoldenForm) {
  for (const std::string file : {"default", "reactive"}) {
    const auto rules = load_rules(kTree + "/rules/" + file + ".yaml", default_horizons());
    ASSERT_TRUE(rules) << rules.error().message;
    const std::string golden = kTree + "/src/rules/tests/golden/" + file + ".yaml";
    if (std::getenv("HEADROOM_WRITE_GOLDEN") != nullptr) std::ofstream(golden) << to_yaml(*rules);
    EXPECT_EQ(to_yaml(*rules), slurp(golden)) << "if the change is meant: HEADROOM_WRITE_GOLDEN=1 rules_test";
  }
}

TEST(RulesFile, IsReadBackAsItWasWritten) {
  for (const std::string file : {"default", "reactive"}) {
    const auto rules = load_rules(kTree + "/rules/" + file + ".yaml", default_horizons());
    ASSERT_TRUE(rules);
    const auto again = parse_rules(to_yaml(*rules), "again.yaml", default_horizons());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(to_yaml(*again), to_yaml(*rules));
  }
  auto odd = parse_rules(kFull, "r.yaml", default_horizons());
  odd->at(0).name = R"(a "b" \ c: #1)";
  odd->at(0).threshold = 0.1 + 0.7;
  const auto again = parse_rules(to_yaml(*odd), "again.yaml", default_horizons());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->at(0).name, odd->at(0).name);
  EXPECT_EQ(again->at(0).threshold, odd->at(0).threshold);
}

}  // namespace
}  // namespace headroom::rules
