#include "gate.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom {
namespace {

using Answer = std::optional<Objection>;

std::string host_name(const Snapshot& snapshot, HostId id) {
  const Host* host = snapshot.find(id);
  return host != nullptr ? host->name : fmt::format("host {}", id.value());
}

}  // namespace

Answer Gate::object(const Question& q, bool urgent) {
  if (auto no = find_unsound(q, limits_, flights_)) return no;
  if (auto no = not_ours(q)) return no;
  if (safety_.paused_at) return Objection{Refusal::kPaused, fmt::format("paused: {}", safety_.pause_reason)};
  if (auto no = in_the_way(q)) return no;
  if (auto no = over_a_limit(q)) return no;
  if (!breaker_.lets_through(q.now))
    return Objection{Refusal::kBreaker, fmt::format("{} actions failed in a row; the next trial is at {}",
                                                    safety_.failures_in_a_row, to_rfc3339(breaker_.trial_from()))};
  if (urgent) return std::nullopt;
  return too_soon(q);
}

// Observed means silent: not even a recommendation. Another manager's VM is recommended for, never touched.
Answer Gate::not_ours(const Question& q) const {
  AutomationLevel level = limits_.level, allowed = q.action.level;
  const Vm* vm = is_about_a_vm(q.action) ? q.snapshot.find(q.action.vm) : nullptr;
  if (vm != nullptr) level = std::min(level, vm->level);
  if (allowed == AutomationLevel::kObserve)
    return Objection{Refusal::kLevel, fmt::format("the automation level of the rule '{}' is observe", q.action.reason.rule)};
  if (level == AutomationLevel::kObserve) return Objection{Refusal::kLevel, "the automation level is observe"};
  if (vm != nullptr && !vm->owner.empty())
    return Objection{Refusal::kForeignOwner, fmt::format("{} belongs to {}", vm->name, vm->owner), true};
  if (level == AutomationLevel::kRecommend)
    return Objection{Refusal::kLevel, "the automation level is recommend", true};
  if (allowed == AutomationLevel::kRecommend)
    return Objection{Refusal::kLevel, fmt::format("the automation level of the rule '{}' is recommend", q.action.reason.rule),
                     true};
  return std::nullopt;
}

Answer Gate::in_the_way(const Question& q) const {
  const Action& action = q.action;
  if (is_about_a_vm(action)) {
    const Vm* vm = q.snapshot.find(action.vm);
    // The snapshot may know of an action that is not ours.
    if (flights_.busy(action.vm) || vm->action_in_flight)
      return Objection{Refusal::kInFlight, fmt::format("{} has an action under way", vm->name)};
  }
  for (HostId host : {action.from, action.to})
    if (host.valid() && flights_.traffic(host).power_actions > 0)
      return Objection{Refusal::kHostBusy, fmt::format("{} is being started or stopped", host_name(q.snapshot, host))};
  return std::nullopt;
}

Answer Gate::over_a_limit(const Question& q) const {
  const Action& action = q.action;
  if (!is_about_a_vm(action)) return std::nullopt;
  const bool moves = action.kind == ActionKind::kMigrate;
  const std::string_view what = moves ? "migrations" : "resizes";
  const int limit = moves ? limits_.migrations : limits_.resizes;
  if ((moves ? flights_.migrations() : flights_.resizes()) >= limit)
    return Objection{Refusal::kFleetLimit, fmt::format("{} {} are under way, the limit of the fleet", limit, what)};
  const int per_host = moves ? limits_.migrations_per_host : limits_.resizes_per_host;
  for (HostId host : {action.from, action.to}) {
    if (!host.valid() || (!moves && host != action.from)) continue;
    const HostTraffic traffic = flights_.traffic(host);
    if ((moves ? traffic.migrations : traffic.resizes) >= per_host)
      return Objection{Refusal::kHostLimit, fmt::format("{} {} are under way on {}, the limit of a host", per_host, what,
                                                        host_name(q.snapshot, host))};
  }
  return std::nullopt;
}

Answer Gate::too_soon(const Question& q) {
  // A person waits for the host, and since nobody may come to it there is no going to and fro.
  if (q.action.kind == ActionKind::kMigrate && q.action.reason.code == ReasonCode::kDrain) return budget(q);
  if (const auto until = pace_.cooling_until(q.action, q.now))
    return Objection{Refusal::kCooldown, fmt::format("too soon after the last {} of {}, wait until {}",
                                                     name(q.action.kind), q.snapshot.find(q.action.vm)->name,
                                                     to_rfc3339(*until))};
  return budget(q);
}

Answer Gate::budget(const Question& q) {
  if (!pace_.budget_left(q.now))
    return Objection{Refusal::kBudget, fmt::format("{} actions were begun in the last hour, the budget",
                                                   limits_.actions_per_hour)};
  return std::nullopt;
}

}  // namespace headroom
