#include "host_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "nowhere.h"

namespace headroom {
namespace {

using Kind = HostJudge::Refusal::Kind;

std::string amount(Resource r, std::int64_t base_units) {
  return to_text(r, static_cast<double>(std::max<std::int64_t>(0, base_units)));
}

std::string percent(double share) { return fmt::format("{:.3g} %", 100 * share); }

Load times(const Load& one, double n) { return {n * one.mean, n * one.variance, n * one.deviation, n * one.most}; }

std::string_view counted(Kind kind) {
  switch (kind) {
    case Kind::kOff: return "off";
    case Kind::kFailed: return "failed";
    case Kind::kStarting: return "starting";
    case Kind::kClosed:
    case Kind::kEmptied: return "taking nobody in";
    case Kind::kNoRoom: return "without room";
    case Kind::kOverload: return "likely overloaded with it";
  }
  return "";
}

}  // namespace

HostJudge::HostJudge(const Draft& draft) : draft_(draft), load_(draft.host_count()) {
  const Snapshot& s = draft.snapshot();
  const auto load_of = [&](const Vm& vm) {
    return cpu_load(s, vm, draft.policy().hosts, static_cast<double>(vm.allocation.cpu().count()));
  };
  for (std::size_t i = 0; i < draft.vm_count(); ++i) load_[draft.host_of(i)].add(load_of(draft.vm(i)));
  for (const InFlight& f : s.in_flight)
    if (const Vm* vm = s.find(f.action.vm); vm && f.action.kind == ActionKind::kMigrate)
      load_[draft.host_index(f.action.to)].add(load_of(*vm));
}

// Of a destination (placement.h): half of what a host may run at.
double HostJudge::most_risk() const { return draft_.policy().hosts.overload_confidence / 2; }

double HostJudge::risk(std::size_t h, const Load& more) const {
  Load with = load_[h];
  with.add(more);
  return with.exceedance(static_cast<double>(draft_.host(h).deliverable().cpu().count()), draft_.policy().hosts.shared_variance);
}

double HostJudge::fill(std::size_t h, Resource r) const {
  const auto all = static_cast<double>(draft_.host(h).admissible()[r]);
  return all > 0 ? 1 - static_cast<double>(draft_.room(h)[r]) / all : 0;
}

std::int64_t HostJudge::free(std::size_t h, Resource r) const {
  const std::int64_t all = draft_.host(h).admissible()[r];
  const auto filled = static_cast<std::int64_t>(static_cast<double>(all) * draft_.policy().hosts.fill_after_move);
  return draft_.room(h)[r] - (all - filled);
}

std::optional<HostJudge::Refusal> HostJudge::refusal(std::size_t h, const Resources& wanted, const Load& cpu, bool running) const {
  const Host& host = draft_.host(h);
  const auto no = [](Kind kind) { return Refusal{kind}; };
  if (host.power == PowerState::kFailed) return no(Kind::kFailed);
  if (!host.accepts_vms) return no(Kind::kClosed);
  if (!running && host.power == PowerState::kOff) return no(Kind::kOff);
  if (!running && host.power == PowerState::kStarting) return no(Kind::kStarting);
  if (host.power == PowerState::kOn && !draft_.open(h)) return no(Kind::kEmptied);
  for (Resource r : kAllResources)
    if (lacks(h, wanted, r)) return no(Kind::kNoRoom);
  if (const double with = risk(h, cpu); with > most_risk()) return Refusal{Kind::kOverload, with};
  return std::nullopt;
}

std::string HostJudge::lacking(std::size_t h, const Resources& wanted) const {
  std::string text;
  for (Resource r : kAllResources)
    if (lacks(h, wanted, r))
      text += fmt::format("{}{}: {} wanted, {} free", text.empty() ? "" : "; ", name(r), amount(r, wanted[r]), amount(r, free(h, r)));
  const double stays_free = 1 - draft_.policy().hosts.fill_after_move;
  return stays_free > 0 ? text + fmt::format(" beyond the {} that stay free", percent(stays_free)) : text;
}

std::string HostJudge::text(std::size_t h, const Resources& wanted, const Refusal& why) const {
  const HostPolicy& policy = draft_.policy().hosts;
  switch (why.kind) {
    case Kind::kOff:
      if (!draft_.host(h).can_start) return "it is off, and nothing here can start it";
      return policy.may_power ? "it is off, and started only where none that runs will do" : "it is off, and this policy starts no host";
    case Kind::kFailed: return "it has failed";
    case Kind::kStarting: return "it is still starting";
    case Kind::kClosed: return "it takes no VMs (maintenance or drain)";
    case Kind::kEmptied: return "it is being emptied";
    case Kind::kNoRoom: return lacking(h, wanted);
    case Kind::kOverload:
      return fmt::format("its CPU would be overloaded with a chance of {}, and {} is the most a VM may bring it to", percent(why.risk),
                         percent(most_risk()));
  }
  return {};
}

std::string HostJudge::no_room(const Resources& wanted, Resource r, std::size_t hosts, std::size_t of) const {
  std::size_t best = draft_.host_count();
  for (std::size_t h = 0; h < draft_.host_count(); ++h) {
    if (draft_.open(h) && (best == draft_.host_count() || free(h, r) > free(best, r))) best = h;
  }
  return fmt::format("too little {} on {} of {} running hosts ({} wanted, {} the most that is free, on {})", name(r), hosts, of,
                     amount(r, wanted[r]), amount(r, free(best, r)), draft_.host(best).name);
}

std::string HostJudge::nowhere(const Resources& wanted, const Load& cpu) const {
  std::array<std::size_t, kResourceCount> short_of{};
  std::map<Kind, std::size_t> others;
  std::size_t running = 0;
  for (std::size_t h = 0; h < draft_.host_count(); ++h) {
    if (draft_.host(h).id == kNowhere) continue;
    const auto why = refusal(h, wanted, cpu);
    if (!why || why->kind == Kind::kNoRoom || why->kind == Kind::kOverload) ++running;
    for (Resource r : kAllResources) short_of[index(r)] += why && why->kind == Kind::kNoRoom && lacks(h, wanted, r);
    if (why && why->kind != Kind::kNoRoom) ++others[why->kind];
  }
  std::string text;
  for (Resource r : kAllResources)
    if (short_of[index(r)] > 0) text += (text.empty() ? "" : "; ") + no_room(wanted, r, short_of[index(r)], running);
  for (const auto& [kind, hosts] : others)
    text += fmt::format("{}{} {}{}", text.empty() ? "" : "; ", hosts, counted(kind),
                        kind == Kind::kOff && draft_.policy().hosts.may_power ? " that would not do either" : "");
  return text.empty() ? "no host takes it" : text;
}

// The risk only grows with their number as long as it is under a half, so it can be halved in on.
std::size_t HostJudge::takes(std::size_t h, const Resources& each, const Load& cpu, std::size_t most) const {
  if (most == 0 || refusal(h, each, cpu, true)) return 0;
  std::size_t low = 1, high = most;
  for (Resource r : kAllResources)
    if (each[r] > 0) high = std::min(high, static_cast<std::size_t>(free(h, r) / each[r]));
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (risk(h, times(cpu, static_cast<double>(middle))) <= most_risk()) low = middle;
    else high = middle - 1;
  }
  return low;
}

}  // namespace headroom
