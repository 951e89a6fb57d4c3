#include "seekers.h"

#include <algorithm>
#include <map>

#include "headroom/model/find.h"
#include "host_judge.h"
#include "nowhere.h"
#include "placement.h"

namespace headroom {
namespace {

// For a while the planner takes the VMs for its own and free to move, and hosts that are starting for started: what looks
// for a place here is moved by a person, and has time.
class Unleashed {
 public:
  Unleashed(Snapshot& fleet, const std::vector<VmId>& vms) : fleet_(fleet), in_flight_(fleet.in_flight) {
    for (const VmId id : vms) {
      Vm& vm = *find_by_id(fleet.vms, id);
      vms_.push_back({id, vm.owner, vm.level, vm.mobility});
      vm.owner.clear();
      vm.level = AutomationLevel::kAuto;
      vm.mobility = Mobility::kLive;
      vm.action_in_flight = false;
    }
    for (Host& host : fleet.hosts)
      if (host.power == PowerState::kStarting) starting_.push_back(host.id), host.power = PowerState::kOn;
    std::erase_if(fleet.in_flight, [](const InFlight& f) { return f.action.kind == ActionKind::kStartHost; });
  }
  ~Unleashed() {
    for (Leash& leash : vms_) {
      Vm& vm = *find_by_id(fleet_.vms, leash.id);
      vm.owner = std::move(leash.owner);
      vm.level = leash.level;
      vm.mobility = leash.mobility;
    }
    for (const HostId id : starting_) find_by_id(fleet_.hosts, id)->power = PowerState::kStarting;
    fleet_.in_flight = std::move(in_flight_);
  }
  Unleashed(const Unleashed&) = delete;
  Unleashed& operator=(const Unleashed&) = delete;

 private:
  struct Leash {
    VmId id;
    std::string owner;
    AutomationLevel level;
    Mobility mobility;
  };
  Snapshot& fleet_;
  std::vector<InFlight> in_flight_;
  std::vector<Leash> vms_;
  std::vector<HostId> starting_;
};

Load load_of(const Draft& d, const Vm& vm) {
  return cpu_load(d.snapshot(), vm, d.policy().hosts, static_cast<double>(vm.allocation.cpu().count()));
}

}  // namespace

// Who asks in one pass, of the same hosts.
struct Seekers::Pass {
  Pass(const Snapshot& fleet, const Policy& policy) : draft(fleet, policy), placement(draft), judge(draft) {}
  Draft draft;
  Placement placement;
  HostJudge judge;

  std::size_t number_of(VmId id) const {
    const Snapshot& s = draft.snapshot();
    return static_cast<std::size_t>(s.find(id) - s.vms.data());
  }
  HostChoice choice(std::size_t h, const Load& cpu) const {
    const Host& host = draft.host(h);
    return {host.name, host.type, host.price.usd_per_hour, judge.risk(h, cpu), host.power == PowerState::kOff, {}};
  }
};

Host nowhere() {
  Host host;
  host.id = kNowhere;
  host.power = PowerState::kFailed;
  host.accepts_vms = false;
  host.price.price_class = PriceClass::kOnDemand;
  return host;
}

// Who has been moved, or has waited, before is told once, with where it came from first.
Placed Seekers::told_of(const Snapshot& fleet, const Vm& vm) {
  Placed told;
  told.vm = vm.name;
  told.allocation = vm.allocation;
  if (vm.host != kNowhere) told.from = fleet.find(vm.host)->name;
  if (!known_.insert(vm.id).second) {
    for (std::vector<Seeker>* all : {&waiting_, &settled_, &stuck_})
      std::erase_if(*all, [&](const Seeker& s) {
        if (s.vm == vm.id) told.from = s.told.from;
        return s.vm == vm.id;
      });
  }
  return told;
}

void Seekers::add(const Snapshot& fleet, const Vm& vm, bool live, bool shown) {
  Seeker seeker{vm.id, told_of(fleet, vm), {}, shown};
  seeker.told.live = live && !seeker.told.from.empty();
  waiting_.push_back(std::move(seeker));
}

void Seekers::give_up(const Snapshot& fleet, const Vm& vm, bool stays, std::string why) {
  Seeker seeker{vm.id, told_of(fleet, vm), {}, false};
  seeker.told.stays = stays;
  seeker.told.why = std::move(why);
  stuck_.push_back(std::move(seeker));
}

void Seekers::order(const Snapshot& fleet) {
  std::stable_sort(waiting_.begin(), waiting_.end(), [&](const Seeker& a, const Seeker& b) {
    const Resources &x = fleet.find(a.vm)->allocation, &y = fleet.find(b.vm)->allocation;
    if (x.memory() != y.memory()) return x.memory() > y.memory();
    return x.cpu() != y.cpu() ? x.cpu() > y.cpu() : a.vm < b.vm;
  });
}

void Seekers::settle(Snapshot& fleet, const Policy& policy, bool for_good) {
  order(fleet);
  std::vector<VmId> vms;
  for (const Seeker& s : waiting_) vms.push_back(s.vm);
  const Unleashed unleashed(fleet, vms);
  for (bool more = !waiting_.empty(); more;) {
    const auto [moves, start] = one_pass(fleet, policy, for_good);
    arrive(fleet, moves);
    if (start) find_by_id(fleet.hosts, *start)->power = PowerState::kOn;
    more = start.has_value();
  }
}

// Everybody in turn, until one needs a host that is off: that one. The next pass then begins with whom it is for.
Seekers::Outcome Seekers::one_pass(const Snapshot& fleet, const Policy& policy, bool for_good) {
  Pass pass(fleet, policy);
  std::optional<HostId> start;
  for (Seeker& seeker : waiting_) {
    const std::size_t i = pass.number_of(seeker.vm);
    if (!pass.draft.free_to_act(i)) continue;  // it went along with another
    const Vm& vm = pass.draft.vm(i);
    const auto to = pass.placement.cheapest(i, vm.allocation);
    if ((to || for_good) && std::exchange(seeker.shown, false)) show(pass, i);
    if (to) {
      pass.placement.move(i, *to, vm.allocation, {});
      pass.judge.add(*to, load_of(pass.draft, vm));
      continue;
    }
    if (!for_good) continue;
    if (const auto off = pass.placement.cheapest_off(i, vm.allocation)) {
      start = seeker.started = pass.draft.host(*off).id;
      break;
    }
    seeker.told.stays = vm.host != kNowhere;
    seeker.told.why = pass.judge.nowhere(vm.allocation, load_of(pass.draft, vm));
  }
  return {std::move(pass.draft).finish().actions, start};
}

// The order of the moves is the order in which places were found. Who goes along with another need not have been looking.
void Seekers::arrive(Snapshot& fleet, const std::vector<Action>& moves) {
  std::map<VmId, Seeker*> waiting;
  for (Seeker& s : waiting_) waiting.emplace(s.vm, &s);
  for (const Action& move : moves) {
    Vm& vm = *find_by_id(fleet.vms, move.vm);
    const auto found = waiting.find(vm.id);
    Seeker seeker = found == waiting.end() ? Seeker{vm.id, told_of(fleet, vm), {}, false} : *found->second;
    if (found == waiting.end()) seeker.told.live = vm.host != kNowhere;
    else found->second->told.to = fleet.find(move.to)->name;  // it waits no longer
    seeker.told.to = fleet.find(move.to)->name;
    seeker.told.why.clear();
    seeker.told.stays = false;
    seeker.told.starts_host = seeker.started == move.to;
    vm.host = move.to;
    vm.moved_at = fleet.taken_at;
    settled_.push_back(std::move(seeker));
  }
  std::erase_if(waiting_, [](const Seeker& s) { return !s.told.to.empty(); });
}

// The planner's order, each one taken away in turn; what is left has a reason.
void Seekers::show(const Pass& pass, std::size_t i) {
  const Vm& vm = pass.draft.vm(i);
  const Load cpu = load_of(pass.draft, vm);
  Draft draft = pass.draft;
  Placement placement = pass.placement.onto(draft);
  Arrival arrival;
  arrival.vm = vm.name;
  arrival.allocation = vm.allocation;
  std::vector<char> told(draft.host_count(), 0);
  const auto off = placement.cheapest_off(i, vm.allocation);
  while (arrival.ranked.size() < Arrival::kRanked) {
    const auto to = placement.cheapest(i, vm.allocation);
    if (!to) break;
    arrival.ranked.push_back(pass.choice(*to, cpu));
    told[*to] = 1;
    placement.close(*to);
  }
  const bool all_ranked = arrival.ranked.size() < Arrival::kRanked;
  if (arrival.ranked.empty() && off) {
    arrival.ranked.push_back(pass.choice(*off, cpu));
    told[*off] = 1;
  }
  for (std::size_t h = 0; h < draft.host_count(); ++h) {
    if (told[h] || draft.host(h).id == kNowhere) continue;
    HostChoice choice = pass.choice(h, cpu);
    const auto why = pass.judge.refusal(h, vm.allocation, cpu);
    if (!why && !all_ranked) {
      ++arrival.also;
      continue;
    }
    choice.refused = why ? pass.judge.text(h, vm.allocation, *why) : "the planner places no such VM there";
    arrival.refused.push_back(std::move(choice));
  }
  arrivals_.push_back(std::move(arrival));
}

std::vector<Placed> Seekers::placed() && {
  std::vector<Placed> all;
  for (std::vector<Seeker>* some : {&settled_, &stuck_, &waiting_})
    for (Seeker& s : *some) all.push_back(std::move(s.told));
  return all;
}

}  // namespace headroom
