#include "headroom/planner/memory.h"

#include <algorithm>

#include "balance.h"
#include "rule_signal.h"

namespace headroom {

void MemoryKeeper::update(Snapshot& snapshot) {
  for (Vm& vm : snapshot.vms) {
    vm.memory.resize(policy_.rules.size());
    if (policy_.rules.empty()) continue;
    auto& windows = windows_[vm.id];
    windows.resize(policy_.rules.size());
    for (std::size_t k = 0; k < policy_.rules.size(); ++k)
      update(snapshot, policy_.rules[k], vm, windows[k], vm.memory[k]);
  }
  imbalanced_rounds_ = out_of_balance(snapshot) ? imbalanced_rounds_ + 1 : 0;
  snapshot.memory.imbalanced_rounds = imbalanced_rounds_;
  snapshot.memory.emptying = emptying_;
}

void MemoryKeeper::update(const Snapshot& snapshot, const Rule& rule, const Vm& vm, Window& window,
                          RuleMemory& memory) {
  const Instant now = snapshot.taken_at;
  const bool fresh = vm.sampled_at && now - *vm.sampled_at < 2 * snapshot.step;
  // A silence longer than the window proves nothing about what happened in it: begin anew.
  if (window.maxima.empty() || now - window.last_seen > std::max(rule.sustained_for, 2 * snapshot.step)) {
    const auto alerted_at = window.alerted_at;
    window = {};
    window.first_seen = now;
    window.alerted_at = alerted_at;
  }
  if (fresh) {
    const double s = rule_signal(snapshot, rule, vm);
    while (!window.maxima.empty() && window.maxima.back().second <= s) window.maxima.pop_back();
    window.maxima.emplace_back(now, s);
    window.last_seen = now;
    const bool holds = s > rule.threshold * static_cast<double>(vm.allocation[rule.metric]);
    if (!holds) window.true_since.reset();
    if (holds && !window.true_since) window.true_since = now;
  }
  while (window.maxima.size() > 1 && now - window.maxima.front().first >= std::max(rule.sustained_for, snapshot.step))
    window.maxima.pop_front();
  memory.window_max = window.maxima.empty() ? 0 : window.maxima.front().second;
  memory.window_full = !window.maxima.empty() && now - window.first_seen + snapshot.step >= rule.sustained_for;
  memory.true_since = window.true_since;
  memory.alerted_at = window.alerted_at;
}

namespace {

bool empties(const Action& a) { return a.kind == ActionKind::kMigrate && a.reason.code == ReasonCode::kConsolidation; }

}  // namespace

void MemoryKeeper::take_up(const Action& under_way) {
  if (empties(under_way)) emptying_ = under_way.from;
}

void MemoryKeeper::note(const Snapshot& snapshot, const Plan& plan) {
  HostId emptying;
  for (const Action& a : plan.actions)
    if (empties(a)) emptying = a.from;
  for (const InFlight& f : snapshot.in_flight)
    if (!emptying.valid() && empties(f.action) && f.action.from == emptying_) emptying = emptying_;
  emptying_ = emptying;
  for (const Alert& alert : plan.alerts) {
    auto& windows = windows_[alert.vm];
    for (std::size_t k = 0; k < windows.size(); ++k)
      if (policy_.rules[k].name == alert.reason.rule) windows[k].alerted_at = plan.made_at;
  }
}

}  // namespace headroom
