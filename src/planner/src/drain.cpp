#include <fmt/format.h>

#include <algorithm>

#include "host_judge.h"
#include "ladder.h"

namespace headroom {
namespace {

constexpr double kUsdPerStrandedVmHour = 1;  // as a constraint "maintenance" has it unless it names a price

Reason leaving(const Draft& d) {
  Reason why;
  why.code = ReasonCode::kDrain;
  why.rule = d.policy().name;
  return why;
}

// Why it may not be moved at all; empty: it may.
std::string bound(const Vm& vm) {
  if (!vm.owner.empty()) return fmt::format("it belongs to {}, which has to move it", vm.owner);
  if (vm.level == AutomationLevel::kObserve) return "its automation level is observe";
  if (vm.mobility != Mobility::kLive) return fmt::format("it does not move while it runs: {}", vm.mobility_reason);
  return {};
}

// The same of all that have to go with it.
std::string bound(const Draft& d, const Placement& p, std::size_t vm) {
  if (!d.policy().hosts.may_migrate) return "this policy moves no VMs";
  if (std::string why = bound(d.vm(vm)); !why.empty()) return why;
  for (std::size_t other : p.unit(vm))
    if (const std::string why = bound(d.vm(other)); !why.empty()) return fmt::format("it goes only with {}: {}", d.vm(other).name, why);
  return {};
}

std::vector<std::size_t> biggest_first(const Draft& d, std::size_t h) {
  std::vector<std::size_t> all = d.residents(h);
  std::stable_sort(all.begin(), all.end(),
                   [&](std::size_t a, std::size_t b) { return d.vm(a).allocation.memory() > d.vm(b).allocation.memory(); });
  return all;
}

class Drainer {
 public:
  Drainer(Draft& d, Placement& p) : d_(d), p_(p), most_((d.policy().hosts.moves_per_round + 1) / 2) {}

  void leave(std::size_t vm) {
    if (d_.vm(vm).action_in_flight || p_.unit(vm).front() != vm) return;  // it is on its way, or goes with another
    if (std::string why = bound(d_, p_, vm); !why.empty()) return d_.deny(vm, leaving(d_), std::move(why));
    if (!p_.may_move(vm) || d_.migrations() >= most_) return;
    const Resources& takes = d_.vm(vm).allocation;
    const auto to = p_.cheapest(vm, takes);
    if (!to) return strand(vm);
    if (const auto against = p_.move_in_time(vm, *to, takes, leaving(d_), {})) d_.deny(vm, leaving(d_), against->why);
  }
  Shortage shortage() && { return std::move(shortage_); }

 private:
  void strand(std::size_t vm) {
    const Resources& takes = d_.vm(vm).allocation;
    if (!judge_) judge_.emplace(d_);
    const Load cpu = cpu_load(d_.snapshot(), d_.vm(vm), d_.policy().hosts, static_cast<double>(takes.cpu().count()));
    d_.deny(vm, leaving(d_), fmt::format("no host that its constraints allow takes it: {}", judge_->nowhere(takes, cpu)));
    shortage_.denied = true;
    shortage_.usd_per_hour += kUsdPerStrandedVmHour;
    if (!shortage_.most_pressing) shortage_.most_pressing = Shortage::Pressing{vm, takes, leaving(d_)};
  }

  Draft& d_;
  Placement& p_;
  const std::size_t most_;
  std::optional<HostJudge> judge_;  // seldom needed
  Shortage shortage_;
};

}  // namespace

Shortage drain_hosts(Draft& d, Placement& p) {
  Drainer drainer(d, p);
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (d.host(h).accepts_vms || d.host(h).power != PowerState::kOn) continue;
    for (std::size_t vm : biggest_first(d, h)) drainer.leave(vm);
  }
  return std::move(drainer).shortage();
}

}  // namespace headroom
