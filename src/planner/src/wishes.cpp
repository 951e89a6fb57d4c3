#include "wishes.h"

#include <algorithm>

#include "rule_signal.h"
#include "sizing.h"

namespace headroom {
namespace {

constexpr double kHeldBack = 0.5;        // share of the step under pressure from which a VM counts as held back
constexpr double kRuleWorth_usd_per_h = 1;

bool held_back(const Vm& vm, Resource r) { return vm.stalled[index(r)] >= kHeldBack; }

// Memory in use is never taken away: used, plus a step of margin.
std::int64_t lowest(const Draft& d, const Vm& vm, Resource r) {
  const std::int64_t step = d.policy().step[r];
  std::int64_t floor = std::max(vm.floor[r], step);
  if (r == Resource::kMemory) floor = std::max(floor, round_up(vm.used[index(r)] + static_cast<double>(step), step));
  return std::min(floor, vm.allocation[r]);
}

bool shrink_allowed(const Draft& d, std::size_t i, Resource r) {
  const Vm& vm = d.vm(i);
  if (!d.may_change(i, r, false) || vm.forecast.state != ForecastState::kReady) return false;
  if (r == Resource::kMemory && (!vm.guest_statistics || vm.stalled[index(r)] > 0)) return false;
  return true;
}

Reason reason_for(const Draft& d, const Vm& vm, Resource r, const Sizing& sizing) {
  const Snapshot& s = d.snapshot();
  const Band& band = vm.forecast.at(r, sizing.horizon).peak;
  Reason why;
  why.rule = d.policy().name;
  why.resource = r;
  why.horizon = s.horizons[sizing.horizon];
  why.level = 0.95;
  why.demand = band.quantile(why.level);
  why.limit = static_cast<double>(vm.allocation[r]);
  why.confidence = band.exceedance(why.limit);
  why.saves_usd_per_hour = sizing.usd_saved_per_hour;
  why.code = sizing.amount > vm.allocation[r] ? ReasonCode::kForecastOverLimit : ReasonCode::kSpareCapacity;
  if (why.code == ReasonCode::kForecastOverLimit && held_back(vm, r)) {
    why.code = ReasonCode::kPressure;
    why.horizon = Duration{};
    why.demand = vm.used[index(r)];
  }
  return why;
}

void wish_by_price(const Draft& d, const Sizing& sizing, Resource r, Wish& wish) {
  const Vm& vm = d.vm(wish.vm);
  wish.want[r] = sizing.amount;
  if (sizing.amount == vm.allocation[r]) return;
  const bool first = wish.reason.rule.empty();
  const bool more_pressing = sizing.amount > vm.allocation[r] && sizing.usd_saved_per_hour > wish.worth_usd_per_hour;
  if (first || more_pressing) wish.reason = reason_for(d, vm, r, sizing);
  if (sizing.amount > vm.allocation[r]) wish.worth_usd_per_hour += sizing.usd_saved_per_hour;
}

// A VM held back at its limit wants more than the rule's signal shows.
double signal(const Draft& d, const Rule& rule, const Vm& vm) {
  double s = rule_signal(d.snapshot(), rule, vm);
  if (held_back(vm, rule.metric))
    s = std::max(s, d.policy().pressure_growth * rule.target * static_cast<double>(vm.allocation[rule.metric]));
  return s;
}

bool cooled_down(const Draft& d, const Rule& rule, const Vm& vm) {
  const auto& last = vm.resized_at[index(rule.metric)];
  return !last || d.snapshot().taken_at - *last >= rule.cooldown;
}

Reason reason_for(const Draft& d, const Rule& rule, const Vm& vm, double demand) {
  Reason why;
  why.rule = rule.name;
  why.resource = rule.metric;
  why.horizon = rule.quantile ? rule.horizon : Duration{};
  why.level = rule.quantile.value_or(0);
  why.demand = demand;
  why.limit = rule.threshold * static_cast<double>(vm.allocation[rule.metric]);
  if (rule.quantile)
    why.confidence =
        vm.forecast.at(rule.metric, horizon_index(d.snapshot().horizons, rule.horizon)).peak.exceedance(why.limit);
  why.code = rule.action == RuleAction::kShrink ? ReasonCode::kSpareCapacity : ReasonCode::kForecastOverLimit;
  return why;
}

std::int64_t bounded(const Draft& d, const Rule& rule, const Vm& vm, double demand) {
  std::int64_t amount = round_up(demand / rule.target, d.policy().step[rule.metric]);
  if (rule.at_least) amount = std::max(amount, *rule.at_least);
  if (rule.at_most) amount = std::min(amount, *rule.at_most);
  return std::clamp(amount, lowest(d, vm, rule.metric), std::max(vm.ceiling[rule.metric], vm.allocation[rule.metric]));
}

bool rule_holds(const Draft& d, const Rule& rule, const RuleMemory& memory, double s, const Vm& vm) {
  if (!(s > rule.threshold * static_cast<double>(vm.allocation[rule.metric]))) return false;
  return rule.sustained_for == Duration{} ||
         (memory.true_since && d.snapshot().taken_at - *memory.true_since >= rule.sustained_for);
}

void wish_by_rule(const Draft& d, std::size_t i, const Rule& rule, const RuleMemory& memory, Wish& wish) {
  const Vm& vm = d.vm(i);
  const Resource r = rule.metric;
  if (!cooled_down(d, rule, vm) || rule.action == RuleAction::kAlert) return;
  const double s = signal(d, rule, vm);
  if (rule.action == RuleAction::kShrink) {
    if (!shrink_allowed(d, i, r) || !memory.window_full || wish.want[r] > vm.allocation[r]) return;
    const std::int64_t amount = bounded(d, rule, vm, memory.window_max);
    if (static_cast<double>(amount) > (1 - rule.min_change) * static_cast<double>(vm.allocation[r])) return;
    wish.want[r] = amount;
    if (wish.reason.rule.empty()) wish.reason = reason_for(d, rule, vm, memory.window_max);
    return;
  }
  if (!d.may_change(i, r, true) || !rule_holds(d, rule, memory, s, vm)) return;
  const std::int64_t amount = bounded(d, rule, vm, s);
  if (amount <= wish.want[r] || amount <= vm.allocation[r]) return;
  wish.want[r] = amount;
  wish.reason = reason_for(d, rule, vm, s);
  wish.worth_usd_per_hour += kRuleWorth_usd_per_h;
  wish.by_move = wish.by_move || rule.action == RuleAction::kMigrate;
}

// A guest asks when it has waited for some time already: no rule's own time is waited for on top.
void wish_by_demand(const Draft& d, std::size_t i, Wish& wish) {
  const Vm& vm = d.vm(i);
  for (Resource r : kAllResources) {
    const double demand = vm.demanded[index(r)];
    if (demand <= static_cast<double>(vm.allocation[r]) || !d.may_change(i, r, true)) continue;
    const std::int64_t amount = std::min(round_up(demand, d.policy().step[r]), std::max(vm.ceiling[r], vm.allocation[r]));
    if (amount <= wish.want[r]) continue;
    wish.want[r] = amount;
    wish.reason = Reason{};
    wish.reason.code = ReasonCode::kPressure;
    wish.reason.rule = "demand";
    wish.reason.resource = r;
    wish.reason.demand = demand;
    wish.reason.limit = static_cast<double>(vm.allocation[r]);
    wish.worth_usd_per_hour += kRuleWorth_usd_per_h;
  }
}

}  // namespace

SizingTask sizing_task(const Draft& d, std::size_t i, Resource r) {
  const Vm& vm = d.vm(i);
  SizingTask task;
  task.resource = r;
  task.now = vm.allocation[r];
  task.step = d.policy().step[r];
  task.lowest = shrink_allowed(d, i, r) ? lowest(d, vm, r) : task.now;
  task.highest = d.may_change(i, r, true) ? std::max(vm.ceiling[r], task.now) : task.now;
  return task;
}

Wishes size_all(const Draft& d, const Market& market, const PriceShares& shares) {
  Wishes wishes{shares, std::vector<Wish>(d.vm_count())};
  for (std::size_t i = 0; i < d.vm_count(); ++i) {
    const Vm& vm = d.vm(i);
    Wish& wish = wishes.of[i];
    wish.vm = i;
    wish.want = vm.allocation;
    if (!d.free_to_act(i) || !vm.sampled_at) continue;
    wish_by_rules(d, i, AutomationLevel::kAuto, wish);
    for (Resource r : kAllResources)
      if (market.prices(i, r)) wish_by_price(d, market.at(i, r, shares[index(r)]), r, wish);
    wish_by_demand(d, i, wish);
  }
  return wishes;
}

void wish_by_rules(const Draft& d, std::size_t i, AutomationLevel level, Wish& wish) {
  const Vm& vm = d.vm(i);
  const std::vector<Rule>& rules = d.policy().rules;
  for (std::size_t k = 0; k < rules.size() && k < vm.memory.size(); ++k)
    if (rules[k].level == level) wish_by_rule(d, i, rules[k], vm.memory[k], wish);
}

void raise_alerts(Draft& d) {
  const std::vector<Rule>& rules = d.policy().rules;
  for (std::size_t i = 0; i < d.vm_count(); ++i) {
    const Vm& vm = d.vm(i);
    for (std::size_t k = 0; k < rules.size() && k < vm.memory.size() && vm.sampled_at; ++k) {
      const std::optional<Instant>& last = vm.memory[k].alerted_at;
      if (rules[k].action != RuleAction::kAlert || (last && d.snapshot().taken_at - *last < rules[k].cooldown)) continue;
      const double s = signal(d, rules[k], vm);
      if (rule_holds(d, rules[k], vm.memory[k], s, vm)) d.alert(i, reason_for(d, rules[k], vm, s));
    }
  }
}

}  // namespace headroom
