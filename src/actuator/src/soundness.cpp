#include "soundness.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom {
namespace {

using Answer = std::optional<Objection>;

std::string amount(Resource r, std::int64_t base_units) { return to_text(r, static_cast<double>(base_units)); }

bool too_old(Instant at, Instant now, Duration limit) { return limit != kNoAgeLimit && now - at > limit; }

Answer stale_host(const Question& q, const Host& host, const SafetyLimits& limits) {
  if (!too_old(host.heard_at, q.now, limits.max_host_age)) return std::nullopt;
  return Objection{Refusal::kStale, fmt::format("{} was last heard at {}", host.name, to_rfc3339(host.heard_at))};
}

Answer stale_vm(const Question& q, const Vm& vm, const SafetyLimits& limits) {
  if (limits.max_sample_age == kNoAgeLimit) return std::nullopt;
  if (!vm.sampled_at) return Objection{Refusal::kStale, fmt::format("{} never reported", vm.name)};
  if (!too_old(*vm.sampled_at, q.now, limits.max_sample_age)) return std::nullopt;
  return Objection{Refusal::kStale, fmt::format("{} last reported at {}", vm.name, to_rfc3339(*vm.sampled_at))};
}

Answer disagrees(std::string why) { return Objection{Refusal::kDisagrees, std::move(why)}; }

Answer wrong_place_or_size(const Action& action, const Vm& vm) {
  if (vm.host != action.from) return disagrees(fmt::format("{} is no longer on the host the plan saw it on", vm.name));
  if (vm.allocation != action.before) return disagrees(fmt::format("{} no longer has the allocation the plan saw", vm.name));
  if (action.kind == ActionKind::kResize && action.after == action.before)
    return disagrees(fmt::format("{} already has this allocation", vm.name));
  return std::nullopt;
}

Answer wrong_direction(Resource r, bool up, const Vm& vm) {
  const Scaling scaling = vm.scaling[index(r)];
  if (scaling == Scaling::kLiveUpAndDown || (scaling == Scaling::kLiveUp && up)) return std::nullopt;
  return Objection{Refusal::kScaling, fmt::format("the {} of {} scales {}: {}", name(r), vm.name, name(scaling),
                                                  vm.scaling_reason)};
}

// Bounds hold in the direction of the change: a VM that is under its floor may still grow towards it. A ceiling of 0 is
// not stated.
Answer out_of_bounds(Resource r, const Action& action, const Vm& vm) {
  const std::int64_t after = action.after[r];
  const bool up = after > action.before[r];
  if (!up && after < vm.floor[r])
    return Objection{Refusal::kOutOfBounds, fmt::format("{} of {} is under the floor of {}, {}", amount(r, after),
                                                        name(r), vm.name, amount(r, vm.floor[r]))};
  if (up && vm.ceiling[r] > 0 && after > vm.ceiling[r])
    return Objection{Refusal::kOutOfBounds, fmt::format("{} of {} is over the ceiling of {}, {}", amount(r, after),
                                                        name(r), vm.name, amount(r, vm.ceiling[r]))};
  return std::nullopt;
}

Answer bad_change(const Action& action, const Vm& vm) {
  for (Resource r : kAllResources) {
    if (action.after[r] == action.before[r]) continue;
    if (auto no = wrong_direction(r, action.after[r] > action.before[r], vm)) return no;
    if (auto no = out_of_bounds(r, action, vm)) return no;
  }
  return std::nullopt;
}

Answer unsafe_memory_shrink(const Action& action, const Vm& vm, const SafetyLimits& limits) {
  if (!limits.guard_memory_shrinks || action.after.memory() >= action.before.memory()) return std::nullopt;
  auto no = [](std::string why) { return Objection{Refusal::kMemoryShrink, std::move(why)}; };
  if (!vm.guest_statistics)
    return no(fmt::format("no fresh statistics from inside {}: what it needs of its memory is not known", vm.name));
  if (vm.stalled[index(Resource::kMemory)] > 0) return no(fmt::format("{} is stalled on memory", vm.name));
  const double used = vm.used[index(Resource::kMemory)];
  const double margin = std::max(static_cast<double>(limits.memory_margin.count()), used * limits.memory_margin_share);
  if (static_cast<double>(action.after.memory().count()) >= used + margin) return std::nullopt;
  return no(fmt::format("{} uses {} and keeps a margin of {}; {} is too little", vm.name,
                        to_text(Resource::kMemory, used), to_text(Resource::kMemory, margin),
                        amount(Resource::kMemory, action.after.memory().count())));
}

Answer bad_destination(const Question& q, const SafetyLimits& limits) {
  const Host* to = q.snapshot.find(q.action.to);
  if (to == nullptr) return disagrees("the destination is not in the pool");
  if (q.action.to == q.action.from) return disagrees(fmt::format("the VM is on {} already", to->name));
  if (to->power != PowerState::kOn)
    return Objection{Refusal::kDestination, fmt::format("{} is {}", to->name, name(to->power))};
  if (!to->accepts_vms) return Objection{Refusal::kDestination, fmt::format("{} accepts no VMs now", to->name)};
  return stale_host(q, *to, limits);
}

Answer bad_move(const Question& q, const Vm& vm, const SafetyLimits& limits) {
  if (vm.mobility == Mobility::kImmovable)
    return Objection{Refusal::kImmovable, fmt::format("{} cannot move: {}", vm.name, vm.mobility_reason)};
  // Switching a VM off is its owner's decision.
  if (vm.mobility == Mobility::kCold)
    return Objection{Refusal::kImmovable, fmt::format("{} moves only while it is off: {}", vm.name, vm.mobility_reason)};
  return bad_destination(q, limits);
}

Answer unsound_for_vm(const Question& q, const SafetyLimits& limits) {
  const Vm* vm = q.snapshot.find(q.action.vm);
  const Host* from = q.snapshot.find(q.action.from);
  if (vm == nullptr || from == nullptr) return disagrees("the VM or its host is no longer there");
  if (auto no = wrong_place_or_size(q.action, *vm)) return no;
  if (auto no = bad_change(q.action, *vm)) return no;
  if (q.action.kind == ActionKind::kMigrate)
    if (auto no = bad_move(q, *vm, limits)) return no;
  if (auto no = stale_vm(q, *vm, limits)) return no;
  if (auto no = stale_host(q, *from, limits)) return no;
  return unsafe_memory_shrink(q.action, *vm, limits);
}

Answer not_empty(const Question& q, const Host& host, const Flights& flights) {
  const auto on_it = std::count_if(q.snapshot.vms.begin(), q.snapshot.vms.end(),
                                   [&](const Vm& vm) { return vm.host == host.id; });
  const HostTraffic traffic = flights.traffic(host.id);
  if (on_it > 0) return Objection{Refusal::kHostNotEmpty, fmt::format("{} runs {} VM{}", host.name, on_it, on_it == 1 ? "" : "s")};
  if (traffic.migrations > 0 || traffic.resizes > 0 || host.incoming != Resources())
    return Objection{Refusal::kHostNotEmpty, fmt::format("VMs are on their way to or from {}", host.name)};
  return std::nullopt;
}

Answer unsound_for_host(const Question& q, const SafetyLimits& limits, const Flights& flights) {
  const Host* host = q.snapshot.find(q.action.from);
  if (host == nullptr) return disagrees("the host is not in the pool");
  const bool stops = q.action.kind == ActionKind::kStopHost;
  const PowerState expected = stops ? PowerState::kOn : PowerState::kOff;
  if (host->power != expected) return disagrees(fmt::format("{} is {}", host->name, name(host->power)));
  if (stops ? !host->can_stop : !host->can_start)
    return disagrees(fmt::format("{} has no switch that {} it", host->name, stops ? "stops" : "starts"));
  if (!stops) return std::nullopt;  // a host that is off cannot be heard
  if (auto no = stale_host(q, *host, limits)) return no;
  return not_empty(q, *host, flights);
}

}  // namespace

std::optional<Objection> find_unsound(const Question& q, const SafetyLimits& limits, const Flights& flights) {
  if (too_old(q.snapshot.taken_at, q.now, limits.max_snapshot_age))
    return Objection{Refusal::kStale, fmt::format("the snapshot was taken at {}", to_rfc3339(q.snapshot.taken_at))};
  return is_about_a_vm(q.action) ? unsound_for_vm(q, limits) : unsound_for_host(q, limits, flights);
}

}  // namespace headroom
