// What a rules file can say that makes no sense. Each check answers with a sentence, or nothing; the first sentence,
// in the order of the rules, is the error. A check of two rules names both with their lines.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "headroom/config/nearest.h"
#include "headroom/rules/rules.h"

namespace headroom::rules {
namespace {

using Complaint = std::optional<std::string>;
constexpr double kRounding = 1e-9;  // shares come from decimal text: 0.7 / 0.8 must not miss 0.875 by a bit

std::string percent(double share) { return fmt::format("{:.6g} %", share * 100); }

bool changes_allocation(const Rule& r) { return r.action != RuleAction::kAlert; }
bool grows(const Rule& r) { return r.action == RuleAction::kGrow || r.action == RuleAction::kMigrate; }

bool same_signal(const Rule& a, const Rule& b) {
  return a.metric == b.metric && a.quantile == b.quantile && a.horizon == b.horizon;
}

std::string named(const Rule& r) {
  const std::string name = config::in_quotes(r.name);
  return r.line > 0 ? fmt::format("{} (line {})", name, r.line) : name;
}
std::string both(const Rule& a, const Rule& b) { return fmt::format("rules {} and {}", named(a), named(b)); }

// --- one rule ---------------------------------------------------------------------------------------------------

Complaint range_of_numbers(const Rule& r) {
  const auto possible = [](double share) { return share > 0 && share <= 10; };  // false for NaN
  if (r.name.empty()) return "its name is empty";
  if (r.action != RuleAction::kShrink && !possible(r.threshold))
    return fmt::format("threshold {} must be above 0 % and at most 1000 %", percent(r.threshold));
  if (changes_allocation(r) && !possible(r.target))
    return fmt::format("target {} must be above 0 % and at most 1000 %", percent(r.target));
  if (!(r.min_change >= 0 && r.min_change < 1))
    return fmt::format("min change {} must be at least 0 % and below 100 %", percent(r.min_change));
  if (r.quantile && !(*r.quantile > 0 && *r.quantile < 1))
    return fmt::format("quantile {} must be above 0 % and below 100 %", percent(*r.quantile));
  return std::nullopt;
}

Complaint horizon_of_the_run(const Rule& r, const Horizons& horizons) {
  if (r.quantile && r.horizon.count() == 0)
    return "has a quantile but no horizon: say how far ahead to forecast (horizon: 15m), or remove quantile to use "
           "the measured usage";
  if (!r.quantile && r.horizon.count() != 0)
    return "has a horizon but no quantile: say which forecast to use (quantile: 95 %), or remove horizon to use the "
           "measured usage";
  if (!r.quantile || horizons.empty() || std::find(horizons.begin(), horizons.end(), r.horizon) != horizons.end()) return std::nullopt;
  std::vector<std::string> known;
  for (Duration h : horizons) known.push_back(to_text(h));
  return fmt::format("horizon {} is not one of this run's horizons: {}", to_text(r.horizon), fmt::join(known, ", "));
}

Complaint fires_but_cannot_help(const Rule& r) {
  if (r.action == RuleAction::kShrink) return std::nullopt;
  // What is measured is capped by the allocation.
  if (!r.quantile && r.threshold >= 1)
    return fmt::format("never fires: measured usage does not pass 100 % of the allocation, and its threshold is {}; "
                       "lower the threshold, or use a forecast (quantile and horizon)",
                       percent(r.threshold));
  if (!grows(r) || r.target <= r.threshold + kRounding) return std::nullopt;
  return fmt::format("target {} is over threshold {}: at its threshold the allocation would shrink, not grow; set "
                     "target to {} or less",
                     percent(r.target), percent(r.threshold), percent(r.threshold));
}

Complaint limits_in_order(const Rule& r) {
  if (!r.at_least || !r.at_most || *r.at_least <= *r.at_most) return std::nullopt;
  return fmt::format("limits: at least {} is over at most {}; swap them",
                     to_text(r.metric, static_cast<double>(*r.at_least)),
                     to_text(r.metric, static_cast<double>(*r.at_most)));
}

Complaint check_one(const Rule& r, const Horizons& horizons) {
  if (auto c = range_of_numbers(r)) return c;
  if (auto c = horizon_of_the_run(r, horizons)) return c;
  if (auto c = fires_but_cannot_help(r)) return c;
  return limits_in_order(r);
}

// --- two rules, `a` before `b` ----------------------------------------------------------------------------------

Complaint limits_exclude(const Rule& a, const Rule& b) {
  const Rule& low = a.at_most && b.at_least && *b.at_least > *a.at_most ? a : b;
  const Rule& high = &low == &a ? b : a;
  if (!low.at_most || !high.at_least || *high.at_least <= *low.at_most) return std::nullopt;
  return fmt::format("{} exclude each other: one keeps {} at most {}, the other at least {}; make their limits overlap",
                     both(low, high), name(a.metric), to_text(a.metric, static_cast<double>(*low.at_most)),
                     to_text(a.metric, static_cast<double>(*high.at_least)));
}

Complaint shrink_meets_grow(const Rule& shrink, const Rule& grow) {
  if (shrink.target >= grow.threshold - kRounding)
    return fmt::format("{} contradict each other: shrinking {} to {} utilisation would at once trigger the {} over {}; "
                       "set the shrink target below {}",
                       both(shrink, grow), name(grow.metric), percent(shrink.target), name(grow.action),
                       percent(grow.threshold), percent(grow.threshold));
  // After growth the allocation is signal / grow.target; the shrink wants signal / shrink.target.
  const bool worth_shrinking = grow.target / shrink.target <= 1 - shrink.min_change + kRounding;
  if (!same_signal(shrink, grow) || !worth_shrinking) return std::nullopt;
  return fmt::format("{} undo each other: growth leaves {} at {} utilisation, which the shrink then tightens to {}; "
                     "set the shrink target to {} or less",
                     both(shrink, grow), name(grow.metric), percent(grow.target), percent(shrink.target),
                     percent(grow.target));
}

Complaint fire_together(const Rule& a, const Rule& b) {
  if (a.action != b.action || !same_signal(a, b) || a.sustained_for != b.sustained_for) return std::nullopt;
  if (a.action != RuleAction::kShrink && a.threshold != b.threshold) return std::nullopt;
  if (changes_allocation(a) && a.target != b.target)
    return fmt::format("{} contradict each other: they fire at the same moment but aim at {} and {} utilisation; keep "
                       "one of them",
                       both(a, b), percent(a.target), percent(b.target));
  return fmt::format("{} say the same; keep one of them", both(a, b));
}

Complaint check_two(const Rule& a, const Rule& b) {
  if (a.name == b.name)
    return fmt::format("{} have the same name; rename one: reports and cooldowns go by it", both(a, b));
  if (a.metric != b.metric) return std::nullopt;
  if (changes_allocation(a) && changes_allocation(b)) {
    if (auto c = limits_exclude(a, b)) return c;
    if (a.action == RuleAction::kShrink && grows(b))
      if (auto c = shrink_meets_grow(a, b)) return c;
    if (b.action == RuleAction::kShrink && grows(a))
      if (auto c = shrink_meets_grow(b, a)) return c;
  }
  return fire_together(a, b);
}

tl::unexpected<Error> at(std::string_view source, const Rule& rule, std::string_view what) {
  if (rule.line > 0) return invalid(fmt::format("{}:{}: {}", source, rule.line, what));
  return invalid(fmt::format("{}: {}", source, what));
}

}  // namespace

Result<void> check_rules(const std::vector<Rule>& rules, const Horizons& horizons, std::string_view source) {
  if (rules.size() > kMaxRules)
    return invalid(fmt::format("{}: {} rules; at most {} are allowed", source, rules.size(), kMaxRules));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (const auto complaint = check_one(rules[i], horizons))
      return at(source, rules[i], fmt::format("rule {}: {}", config::in_quotes(rules[i].name), *complaint));
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (const auto complaint = check_two(rules[earlier], rules[i])) return at(source, rules[i], *complaint);
  }
  return {};
}

}  // namespace headroom::rules
