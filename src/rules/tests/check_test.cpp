#include <gtest/gtest.h>

#include <limits>

#include "headroom/rules/rules.h"

namespace headroom::rules {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Rule grow(std::string name, int line = 3) {
  Rule r;
  r.name = std::move(name);
  r.line = line;
  r.threshold = 0.8;
  r.target = 0.7;
  return r;
}
Rule shrink(std::string name, int line = 12) {
  Rule r = grow(std::move(name), line);
  r.action = RuleAction::kShrink;
  r.sustained_for = hours(3);
  return r;
}
Rule ahead(Rule r, Duration horizon = minutes(15), double quantile = 0.95) {
  r.quantile = quantile;
  r.horizon = horizon;
  return r;
}
Rule between(Rule r, std::optional<std::int64_t> at_least, std::optional<std::int64_t> at_most) {
  r.at_least = at_least;
  r.at_most = at_most;
  return r;
}

std::string complaint(const std::vector<Rule>& rules) {
  const auto good = check_rules(rules, default_horizons(), "r.yaml");
  return good ? "none" : good.error().message;
}

TEST(RuleCheck, AcceptsASensiblePair) { EXPECT_EQ(complaint({ahead(grow("g")), ahead(shrink("s"), hours(24))}), "none"); }

TEST(RuleCheck, RefusesImpossibleNumbersFromPrograms) {
  Rule r = ahead(grow("g"));
  r.threshold = 0;
  EXPECT_EQ(complaint({r}), "r.yaml:3: rule 'g': threshold 0 % must be above 0 % and at most 1000 %");
  r.threshold = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(complaint({r}), "r.yaml:3: rule 'g': threshold nan % must be above 0 % and at most 1000 %");
  r = grow("g");
  r.target = 11;
  EXPECT_EQ(complaint({r}), "r.yaml:3: rule 'g': target 1100 % must be above 0 % and at most 1000 %");
  r = shrink("s");
  r.min_change = 1;
  EXPECT_EQ(complaint({r}), "r.yaml:12: rule 's': min change 100 % must be at least 0 % and below 100 %");
  EXPECT_EQ(complaint({ahead(grow("g"), minutes(15), 1.0)}),
            "r.yaml:3: rule 'g': quantile 100 % must be above 0 % and below 100 %");
  EXPECT_EQ(complaint({grow("", 0)}), "r.yaml: rule '': its name is empty");
}

TEST(RuleCheck, WantsQuantileAndHorizonTogetherAndOneOfTheRunsHorizons) {
  Rule r = grow("g");
  r.quantile = 0.9;
  EXPECT_EQ(complaint({r}),
            "r.yaml:3: rule 'g': has a quantile but no horizon: say how far ahead to forecast (horizon: 15m), or remove "
            "quantile to use the measured usage");
  r = grow("g");
  r.horizon = minutes(15);
  EXPECT_EQ(complaint({r}),
            "r.yaml:3: rule 'g': has a horizon but no quantile: say which forecast to use (quantile: 95 %), or remove "
            "horizon to use the measured usage");
  EXPECT_EQ(complaint({ahead(grow("g"), minutes(20))}),
            "r.yaml:3: rule 'g': horizon 20m is not one of this run's horizons: 5m, 15m, 1h, 6h, 1d");
}

TEST(RuleCheck, RefusesARuleThatNeverFiresOrNeverHelps) {
  Rule r = grow("g");
  r.threshold = 1;
  EXPECT_EQ(complaint({r}),
            "r.yaml:3: rule 'g': never fires: measured usage does not pass 100 % of the allocation, and its threshold is "
            "100 %; lower the threshold, or use a forecast (quantile and horizon)");
  EXPECT_EQ(complaint({ahead(r)}), "none");
  r = grow("g");
  r.target = 0.9;
  EXPECT_EQ(complaint({r}),
            "r.yaml:3: rule 'g': target 90 % is over threshold 80 %: at its threshold the allocation would shrink, not "
            "grow; set target to 80 % or less");
}

TEST(RuleCheck, RefusesLimitsInTheWrongOrder) {
  EXPECT_EQ(complaint({between(grow("g"), 4000, 2000)}),
            "r.yaml:3: rule 'g': limits: at least 4 cores is over at most 2 cores; swap them");
}

TEST(RuleCheck, RefusesTwoRulesOfOneName) {
  EXPECT_EQ(complaint({grow("g"), shrink("g")}),
            "r.yaml:12: rules 'g' (line 3) and 'g' (line 12) have the same name; rename one: reports and cooldowns go by it");
}

TEST(RuleCheck, RefusesAShrinkThatAtOnceTriggersGrowth) {
  Rule s = shrink("s");
  s.target = 0.8;
  const std::string text =
      "rules 's' (line 12) and 'g' (line 3) contradict each other: shrinking cpu to 80 % utilisation would at once "
      "trigger the grow over 80 %; set the shrink target below 80 %";
  EXPECT_EQ(complaint({grow("g"), s}), "r.yaml:12: " + text);
  EXPECT_EQ(complaint({s, grow("g")}), "r.yaml:3: " + text);
  Rule m = grow("m");
  m.action = RuleAction::kMigrate;
  EXPECT_NE(complaint({m, s}), "none");
  s.metric = Resource::kMemory;
  EXPECT_EQ(complaint({grow("g"), s}), "none");
}

TEST(RuleCheck, RefusesAShrinkThatUndoesGrowthOnTheSameSignal) {
  Rule g = grow("g"), s = shrink("s");
  g.target = 0.6;
  EXPECT_EQ(complaint({g, s}),
            "r.yaml:12: rules 's' (line 12) and 'g' (line 3) undo each other: growth leaves cpu at 60 % utilisation, which "
            "the shrink then tightens to 70 %; set the shrink target to 60 % or less");
  EXPECT_EQ(complaint({g, ahead(s, hours(24))}), "none");
  s.min_change = 0.15;
  EXPECT_EQ(complaint({g, s}), "none");
}

TEST(RuleCheck, RefusesLimitsThatExcludeEachOther) {
  const std::string text =
      "r.yaml:12: rules 'a' (line 3) and 'b' (line 12) exclude each other: one keeps cpu at most 2 cores, the other at "
      "least 4 cores; make their limits overlap";
  EXPECT_EQ(complaint({between(ahead(grow("a")), {}, 2000), between(grow("b", 12), 4000, {})}), text);
  EXPECT_NE(complaint({between(ahead(grow("a")), 4000, {}), between(shrink("b"), {}, 2000)}), "none");
  EXPECT_EQ(complaint({between(ahead(grow("a")), {}, 4000), between(grow("b", 12), 4000, {})}), "none");
}

TEST(RuleCheck, RefusesRulesThatFireTogether) {
  Rule other = grow("b", 12);
  other.target = 0.6;
  EXPECT_EQ(complaint({grow("a"), other}),
            "r.yaml:12: rules 'a' (line 3) and 'b' (line 12) contradict each other: they fire at the same moment but aim "
            "at 70 % and 60 % utilisation; keep one of them");
  EXPECT_EQ(complaint({grow("a"), grow("b", 12)}), "r.yaml:12: rules 'a' (line 3) and 'b' (line 12) say the same; keep one of them");
}

TEST(RuleCheck, NamesNoLineWhereAProgramMadeTheRules) {
  EXPECT_EQ(complaint({grow("a", 0), grow("b", 0)}), "r.yaml: rules 'a' and 'b' say the same; keep one of them");
}

TEST(RuleCheck, RefusesMoreRulesThanItCanCompare) {
  EXPECT_EQ(complaint(std::vector<Rule>(1001)), "r.yaml: 1001 rules; at most 1000 are allowed");
}

}  // namespace
}  // namespace headroom::rules
