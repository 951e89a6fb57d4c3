#include "schedule_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "headroom/migration/check.h"

namespace headroom {
namespace {

constexpr Duration kRounding{2};
constexpr std::int64_t kEndless = std::int64_t{1} << 50;

// Only the hosts that moves leave or come to, and who is on them.
class Played {
 public:
  Played(const Snapshot& s, const Plan& plan) : s_(s) {
    for (const Action& a : plan.actions)
      if (a.kind == ActionKind::kMigrate) moves_.push_back(&a);
    // Legs wait for earlier ones only, so they are numbered as they start.
    std::stable_sort(moves_.begin(), moves_.end(), [](const Action* a, const Action* b) { return start_of(*a) < start_of(*b); });
  }

  std::vector<std::string> breaches(const Plan& plan) {
    for (std::size_t i = 0; i < moves_.size(); ++i) leg_of_[moves_[i]->vm] = static_cast<std::int32_t>(i);
    for (const InFlight& f : s_.in_flight)
      if (f.action.kind == ActionKind::kMigrate) under_way_.insert(f.action.vm);
    for (const Action* a : moves_) judge(*a);
    if (breaches_.empty()) play(plan);
    return std::move(breaches_);
  }

 private:
  static Duration start_of(const Action& a) { return a.schedule ? a.schedule->start : Duration{}; }
  const std::string& name_of(VmId vm) const { return s_.find(vm)->name; }

  void breach(std::string text) { breaches_.push_back(std::move(text)); }

  void judge(const Action& a) {
    const std::string& vm = name_of(a.vm);
    if (!a.schedule) return;
    const MoveSchedule& m = *a.schedule;
    if (m.bandwidth.count() <= 0 || m.takes.count() <= 0 || m.start.count() < 0 || m.takes_95 < m.takes)
      breach(fmt::format("the schedule has the move of {} start, take or send less than nothing", vm));
    if (m.breach && m.start + m.takes_95 > *m.breach + kRounding)
      breach(fmt::format("the move of {} is not sure to be over before what it is to prevent", vm));
    for (const std::vector<VmId>* waits : {&m.after, &m.after_done})
      for (VmId other : *waits) {
        const auto leg = leg_of_.find(other);
        if (leg == leg_of_.end() && under_way_.count(other) == 0)
          breach(fmt::format("the move of {} waits for a move that nobody plans", vm));
        else if (leg != leg_of_.end() && leg->second >= leg_of_.at(a.vm))
          breach(fmt::format("the move of {} waits for that of {}, which does not start before it", vm, name_of(other)));
      }
  }

  // What each VM on these hosts has at most while the plan is carried out, moves aside: growth at once, shrinks of those that stay.
  std::map<VmId, Resources> held(const Plan& plan) const {
    std::map<VmId, Resources> held;
    for (const Vm& vm : s_.vms) held[vm.id] = vm.allocation;
    const auto grow = [&](const Action& a) {
      for (Resource r : kAllResources) held[a.vm][r] = std::max(held[a.vm][r], a.after[r]);
    };
    for (const InFlight& f : s_.in_flight)
      if (f.action.kind == ActionKind::kResize) grow(f.action);
    for (const Action& a : plan.actions) {
      if (a.kind != ActionKind::kResize) continue;
      if (a.level == AutomationLevel::kAuto) held[a.vm] = a.after;
      else grow(a);
    }
    return held;
  }

  std::int32_t number_of(HostId id) {
    const auto [at, fresh] = number_.try_emplace(id, static_cast<std::int32_t>(p_.hosts.size()));
    if (fresh) {
      const Host& host = *s_.find(id);
      const BytesPerSecond wire(host.physical.network().count() > 0 ? host.physical.network().count() : kEndless);
      p_.hosts.push_back({id.value(), wire, wire, 0});
      const Resources room = host.admissible() - host.incoming;
      for (Resource r : kAllResources) p_.capacity.push_back(room[r]);
    }
    return at->second;
  }

  void write_down(const Plan& plan) {
    p_.lanes = kResourceCount;
    p_.limits = {0, 0, 0};
    for (const Action* a : moves_) number_of(a->from), number_of(a->to);
    const std::map<VmId, Resources> has = held(plan);
    for (const InFlight& f : s_.in_flight)
      if (const auto to = number_.find(f.action.to); f.action.kind == ActionKind::kMigrate && to != number_.end())
        for (Resource r : kAllResources) p_.capacity[static_cast<std::size_t>(to->second) * kResourceCount + index(r)] -= f.action.after[r];
    for (std::int64_t& c : p_.capacity) c = std::max<std::int64_t>(0, c);
    std::map<VmId, std::int32_t> item;
    for (const Vm& vm : s_.vms) {
      const auto on = number_.find(vm.host);
      if (on == number_.end()) continue;
      item[vm.id] = static_cast<std::int32_t>(p_.on.size());
      p_.on.push_back(on->second);
      for (Resource r : kAllResources) p_.need.push_back(has.at(vm.id)[r]);
    }
    for (const Action* a : moves_) {
      migration::Move move;
      move.item = item.at(a->vm);
      move.to = number_of(a->to);
      p_.moves.push_back(move);
      for (Resource r : kAllResources) p_.need_there.push_back(a->after[r]);
      add_leg(*a);
    }
  }

  void add_leg(const Action& a) {
    migration::Leg leg;
    leg.move = leg_of_.at(a.vm);
    leg.from = number_of(a.from);
    leg.to = number_of(a.to);
    const MoveSchedule m = a.schedule.value_or(MoveSchedule{});
    leg.start = m.start;
    leg.end = m.start + std::max(Duration(1), m.takes);
    leg.late_end = std::max(leg.end, m.start + m.takes_95);
    leg.bandwidth = a.schedule ? m.bandwidth : BytesPerSecond(1);
    const auto legs_of = [&](const std::vector<VmId>& vms) {
      std::vector<std::int32_t> legs;
      for (VmId vm : vms)
        if (const auto found = leg_of_.find(vm); found != leg_of_.end()) legs.push_back(found->second);
      std::sort(legs.begin(), legs.end());
      return legs;
    };
    leg.after = legs_of(m.after);
    leg.after_done = legs_of(m.after_done);
    schedule_.legs.push_back(std::move(leg));
  }

  void play(const Plan& plan) {
    write_down(plan);
    std::vector<migration::Outcome> outcomes = migration::as_told(schedule_);
    tell(migration::replay(p_, schedule_, outcomes), "as told");
    for (std::size_t i = 0; i < outcomes.size(); i += 2) outcomes[i].takes *= 3;
    tell(migration::replay(p_, schedule_, outcomes), "if some take three times as long");
    for (std::size_t i = 0; i < outcomes.size(); i += 3) outcomes[i].succeeds = false;
    tell(migration::replay(p_, schedule_, outcomes), "if some fail");
  }

  void tell(const migration::Replay& replay, const char* how) {
    if (breaches_.empty() && !replay.breaches.empty())
      breach(fmt::format("the moves' schedule does not hold {}: {}", how, replay.breaches.front()));
  }

  const Snapshot& s_;
  std::vector<const Action*> moves_;       // by start
  std::map<VmId, std::int32_t> leg_of_;    // in moves_
  std::set<VmId> under_way_;
  std::map<HostId, std::int32_t> number_;
  migration::Problem p_;
  migration::Schedule schedule_;
  std::vector<std::string> breaches_;
};

}  // namespace

std::vector<std::string> schedule_breaches(const Snapshot& s, const Plan& plan) {
  const auto scheduled = [](const Action& a) { return a.schedule.has_value(); };
  if (std::none_of(plan.actions.begin(), plan.actions.end(), scheduled)) return {};
  return Played(s, plan).breaches(plan);
}

}  // namespace headroom
