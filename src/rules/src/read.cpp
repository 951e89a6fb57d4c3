#include <fmt/format.h>

#include "headroom/config/format.h"
#include "headroom/rules/rules.h"

namespace headroom::rules {
namespace {

using config::Section;

constexpr Duration kLongest = std::chrono::days(30);  // of a window or a cooldown

config::Format<RuleAction> action_format() {
  std::vector<std::pair<std::string, RuleAction>> words;
  for (auto a : {RuleAction::kGrow, RuleAction::kShrink, RuleAction::kMigrate, RuleAction::kAlert})
    words.emplace_back(name(a), a);
  return config::one_of<RuleAction>(std::move(words));
}

config::Format<AutomationLevel> level_format() {
  std::vector<std::pair<std::string, AutomationLevel>> words;
  for (auto l : {AutomationLevel::kObserve, AutomationLevel::kRecommend, AutomationLevel::kAuto})
    words.emplace_back(name(l), l);
  return config::one_of<AutomationLevel>(std::move(words));
}

// A key that its action never looks at would only mislead whoever reads the file.
void refuse_key(Section& s, std::string_view key, const Rule& rule, std::string_view why) {
  if (s.has(key))
    s.reject(key, fmt::format("{} rules have no '{}': {}", name(rule.action), key, why));
}

void refuse_keys_without_effect(Section& s, const Rule& rule) {
  if (rule.action == RuleAction::kShrink) refuse_key(s, "threshold", rule, "'target' and 'min change' decide");
  if (rule.action != RuleAction::kShrink)
    refuse_key(s, "min change", rule, "only a shrink can be too small to be worth it");
  if (rule.action != RuleAction::kAlert) return;
  for (std::string_view key : {"target", "limits"}) refuse_key(s, key, rule, "they change nothing");
}

void read_limits(Section& s, Rule& rule) {
  auto limits = s.optional_section("limits");
  if (!limits) return;
  limits->optional("at least", rule.at_least, config::amount(rule.metric));
  limits->optional("at most", rule.at_most, config::amount(rule.metric));
}

Rule read_rule(Section& s) {
  const auto share = config::percent(config::above(0).at_most(10));
  Rule rule;
  rule.line = s.line();
  s.required("name", rule.name, config::text(60));
  s.required("metric", rule.metric, config::resource());
  s.required("action", rule.action, action_format());
  s.optional("quantile", rule.quantile, config::percent(config::inside(0, 1)));
  s.optional("horizon", rule.horizon, config::duration(std::chrono::seconds(1)));
  const bool shrinks = rule.action == RuleAction::kShrink, alerts = rule.action == RuleAction::kAlert;
  if (shrinks) s.optional("threshold", rule.threshold, share);
  else s.required("threshold", rule.threshold, share);
  if (alerts) s.optional("target", rule.target, share);
  else s.required("target", rule.target, share);
  // A shrink on one sample would follow every dip.
  if (shrinks) s.required("sustained for", rule.sustained_for, config::duration(std::chrono::seconds(1), kLongest));
  else s.optional("sustained for", rule.sustained_for, config::duration(Duration(0), kLongest));
  s.optional("min change", rule.min_change, config::percent(config::at_least(0).below(1)));
  s.optional("cooldown", rule.cooldown, config::duration(Duration(0), kLongest));
  s.optional("automation level", rule.level, level_format());
  read_limits(s, rule);
  refuse_keys_without_effect(s, rule);
  return rule;
}

}  // namespace

Result<std::vector<Rule>> read_rules(config::Document& document, const Horizons& horizons) {
  std::vector<Rule> rules;
  Section top = document.root("a rules file");
  for (Section& s : top.sections("rules", "rule")) rules.push_back(read_rule(s));
  if (const Result<void> good = document.finish(); !good) return tl::unexpected(good.error());
  if (const Result<void> good = check_rules(rules, horizons, document.source()); !good)
    return tl::unexpected(good.error());
  return rules;
}

Result<std::vector<Rule>> parse_rules(std::string_view text, std::string source, const Horizons& horizons) {
  Result<config::Document> document = config::parse(text, std::move(source));
  if (!document) return tl::unexpected(document.error());
  return read_rules(*document, horizons);
}

Result<std::vector<Rule>> load_rules(const std::string& path, const Horizons& horizons) {
  Result<config::Document> document = config::load(path);
  if (!document) return tl::unexpected(document.error());
  return read_rules(*document, horizons);
}

}  // namespace headroom::rules
