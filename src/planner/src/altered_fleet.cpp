#include "altered_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "headroom/base/check.h"
#include "headroom/model/find.h"
#include "nowhere.h"

namespace headroom {
namespace {

constexpr std::size_t kNamesTold = 4;

template <class All>
auto* find_by_name(All& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string list_names(std::vector<std::string> names) {
  const std::size_t all = names.size();
  if (all == 0) return "there is none";
  names.resize(std::min(all, kNamesTold));
  return fmt::format("there is {}{}", fmt::join(names, ", "), all > kNamesTold ? fmt::format(" and {} more", all - kNamesTold) : "");
}

template <class All>
std::string known(const All& all) {
  std::vector<std::string> names;
  for (const auto& one : all)
    if (!one.name.empty()) names.push_back(one.name);
  return list_names(std::move(names));
}

// `*` any run of characters, `?` one. At most |pattern| times |name| steps: the last star is all that has to be come back to.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, after = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++after;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Result<void> check_count(std::size_t count, const char* change) {
  if (count >= 1 && count <= kMostAdded) return {};
  return invalid(fmt::format("{}: {} is not 1 to {}", change, count, kMostAdded));
}

// Never over the limit by the change, nor under it because it was over.
double scaled(double amount, double factor, std::int64_t limit) {
  const double wanted = amount * factor;
  return factor <= 1 ? wanted : std::max(amount, std::min(wanted, static_cast<double>(limit)));
}

void scale(Vm& vm, Resource r, double factor, const std::vector<Rule>& rules) {
  vm.used[index(r)] = scaled(vm.used[index(r)], factor, vm.allocation[r]);
  for (Outlook& outlook : vm.forecast.outlook[index(r)])
    for (Band* band : {&outlook.value, &outlook.peak})
      for (float& q : band->at) q = static_cast<float>(scaled(static_cast<double>(q), factor, vm.ceiling[r]));
  for (std::size_t k = 0; k < rules.size() && k < vm.memory.size(); ++k)
    if (rules[k].metric == r) vm.memory[k].window_max *= factor;
}

double used_cpu(const Snapshot& s, HostId host) {
  double used = 0;
  for (const Vm& vm : s.vms)
    if (vm.host == host) used += vm.used[index(Resource::kCpu)];
  return used;
}

}  // namespace

AlteredFleet::AlteredFleet(const Snapshot& snapshot, const Policy& policy) : fleet_(snapshot), policy_(policy) {
  HEADROOM_CHECK(fleet_.hosts.empty() || fleet_.hosts.back().id < kNowhere, "the last host id is free");
  fleet_.hosts.push_back(nowhere());
}

Result<void> AlteredFleet::apply(const Change& change) {
  auto made = std::visit([this](const auto& one) { return make(one); }, change);
  if (made) seekers_.settle(fleet_, policy_);
  return made;
}

void AlteredFleet::finish(WhatIf& answer) && {
  seekers_.settle_for_good(fleet_, policy_);
  std::erase_if(fleet_.vms, [](const Vm& vm) { return vm.host == kNowhere; });
  fleet_.hosts.pop_back();
  answer.changed = std::move(fleet_);
  answer.arrivals = std::move(seekers_).arrivals();
  answer.placed = std::move(seekers_).placed();
}

Result<Host*> AlteredFleet::host_called(const std::string& name, const char* change) {
  Host* host = name.empty() ? nullptr : find_by_name(fleet_.hosts, name);
  if (host) return host;
  return fail(ErrorCode::kNotFound, fmt::format("{}: no host is called '{}'; {}", change, name, known(fleet_.hosts)));
}

std::string AlteredFleet::fresh_name(const std::string& stem, std::size_t& number) const {
  for (;;) {
    std::string name = fmt::format("{}{}", stem, ++number);
    if (!find_by_name(fleet_.hosts, name) && !find_by_name(fleet_.vms, name)) return name;
  }
}

Result<void> AlteredFleet::make(const AddHosts& change) {
  if (auto good = check_count(change.count, "add-host"); !good) return good;
  const Host* like = change.like.empty() ? nullptr : find_by_name(fleet_.hosts, change.like);
  for (const Host& host : fleet_.hosts)
    if (!like && !change.like.empty() && host.type == change.like) like = &host;
  if (!like) {
    std::vector<std::string> types;
    for (const Host& host : fleet_.hosts)
      if (!host.type.empty() && std::find(types.begin(), types.end(), host.type) == types.end()) types.push_back(host.type);
    return fail(ErrorCode::kNotFound, fmt::format("add-host: '{}' is no host and no type of one; {}", change.like, list_names(types)));
  }
  Host fresh = *like;
  fresh.power = PowerState::kOn;
  fresh.accepts_vms = true;
  fresh.failure_risk = 0;
  fresh.heard_at = fleet_.taken_at;
  fresh.incoming = {};
  fresh.recent_cpu.clear();
  const std::string stem = (fresh.type.empty() ? fresh.name : fresh.type) + "-new-";
  for (std::size_t n = 0; n < change.count; ++n) {
    fresh.name = fresh_name(stem, hosts_added_);
    const std::size_t last = fleet_.hosts.size() - 1;  // the one that does not exist
    fresh.id = HostId(last == 0 ? 0 : fleet_.hosts[last - 1].id.value() + 1);
    fleet_.hosts.insert(fleet_.hosts.end() - 1, fresh);
  }
  return {};
}

// What is under way from, to or on the host is over: it has ended as it was meant to, or never begun. Moves to it never end well.
void AlteredFleet::end_flights(const Host& host, bool as_meant) {
  std::erase_if(fleet_.in_flight, [&](const InFlight& f) {
    const Action& a = f.action;
    if (a.from != host.id && a.to != host.id) return false;
    if (Vm* vm = find_by_id(fleet_.vms, a.vm)) {
      vm->action_in_flight = false;
      if (as_meant && a.from == host.id) vm->allocation = a.after;
      if (as_meant && a.from == host.id && a.kind == ActionKind::kMigrate) vm->host = a.to;
    }
    return a.vm.valid() || !as_meant;
  });
}

Result<void> AlteredFleet::make(const LoseHost& change) {
  const auto host = host_called(change.host, "lose-host");
  if (!host) return tl::unexpected(host.error());
  if ((*host)->power == PowerState::kFailed) return invalid(fmt::format("lose-host: {} has failed already", change.host));
  end_flights(**host, false);
  (*host)->power = PowerState::kFailed;
  for (Vm& vm : fleet_.vms) {
    if (vm.host != (*host)->id) continue;
    const bool bound = vm.mobility == Mobility::kImmovable || vm.mobility == Mobility::kLiveWithStorage;
    if (bound)
      seekers_.give_up(fleet_, vm, false, fmt::format("it can only run there ({}: {})", name(vm.mobility), vm.mobility_reason));
    else
      seekers_.add(fleet_, vm, false);
    vm.host = kNowhere;
  }
  return {};
}

Result<void> AlteredFleet::make(const DrainHost& change) {
  const auto host = host_called(change.host, "drain-host");
  if (!host) return tl::unexpected(host.error());
  if ((*host)->power == PowerState::kFailed) return invalid(fmt::format("drain-host: {} has failed; nothing runs there", change.host));
  end_flights(**host, true);
  (*host)->accepts_vms = false;
  for (const Vm& vm : fleet_.vms) {
    if (vm.host != (*host)->id) continue;
    if (!vm.owner.empty())
      seekers_.give_up(fleet_, vm, true, fmt::format("it belongs to {}, which has to move it", vm.owner));
    else if (vm.mobility != Mobility::kLive)
      seekers_.give_up(fleet_, vm, true, fmt::format("it may not be moved live ({}: {})", name(vm.mobility), vm.mobility_reason));
    else
      seekers_.add(fleet_, vm, true);
  }
  return {};
}

Result<void> AlteredFleet::make(const ScaleLoad& change) {
  if (!(change.factor >= 0 && change.factor <= kMostLoadFactor))
    return invalid(fmt::format("load: {:.4g} times the load is not 0 to {} times", change.factor, kMostLoadFactor));
  std::vector<double> before;
  for (const Host& host : fleet_.hosts) before.push_back(used_cpu(fleet_, host.id));
  bool any = false;
  for (Vm& vm : fleet_.vms) {
    if (!matches(change.vms, vm.name)) continue;
    any = true;
    for (Resource r : kAllResources)
      if (change.resources[index(r)]) scale(vm, r, change.factor, policy_.rules);
  }
  if (!any) return fail(ErrorCode::kNotFound, fmt::format("load: no VM is called '{}'; {}", change.vms, known(fleet_.vms)));
  for (std::size_t h = 0; h < fleet_.hosts.size(); ++h)
    if (before[h] > 0)
      for (float& cpu : fleet_.hosts[h].recent_cpu) cpu *= static_cast<float>(used_cpu(fleet_, fleet_.hosts[h].id) / before[h]);
  return {};
}

Result<Vm> AlteredFleet::model_vm(const AddVms& change) const {
  Vm vm;
  if (change.like) {
    const Vm* like = find_by_name(fleet_.vms, *change.like);
    if (!like) return fail(ErrorCode::kNotFound, fmt::format("new-vm: no VM is called '{}'; {}", *change.like, known(fleet_.vms)));
    vm = *like;
  } else {
    for (Resource r : kAllResources)
      if (change.allocation[r] < 0) return invalid(fmt::format("new-vm: {} may not be negative", name(r)));
    if (change.allocation.cpu().count() == 0 || change.allocation.memory().count() == 0)
      return invalid("new-vm: a VM needs cpu and memory, as in new-vm=cpu=4,memory=8GiB");
    vm.allocation = vm.ceiling = change.allocation;
    vm.mobility = Mobility::kLive;
    vm.mobility_reason = "not known yet";
    for (Resource r : kAllResources) {
      const Band all = Band::certain(static_cast<double>(vm.allocation[r]));
      vm.forecast.outlook[index(r)].assign(fleet_.horizons.size(), {all, all});
    }
    vm.forecast.origin = fleet_.taken_at;
    vm.memory.resize(policy_.rules.size());
  }
  vm.host = kNowhere;
  vm.owner.clear();
  vm.action_in_flight = false;
  vm.resized_at = {};
  return vm;
}

Result<void> AlteredFleet::make(const AddVms& change) {
  if (auto good = check_count(change.count, "new-vm"); !good) return good;
  auto fresh = model_vm(change);
  if (!fresh) return tl::unexpected(fresh.error());
  for (std::size_t n = 0; n < change.count; ++n) {
    fresh->name = fresh->uuid = fresh_name("new-", vms_added_);
    fresh->id = fresh->forecast.vm = VmId(fleet_.vms.empty() ? 0 : fleet_.vms.back().id.value() + 1);
    fleet_.vms.push_back(*fresh);
    seekers_.add(fleet_, fleet_.vms.back(), false, n == 0);
  }
  return {};
}

}  // namespace headroom
