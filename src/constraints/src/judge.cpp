#include "headroom/constraints/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "headroom/base/check.h"
#include "kind.h"

namespace headroom::constraints {

struct Judge::Inside {
  Fleet fleet;
  std::vector<Bound> bounds;
  std::vector<std::size_t> unit_of;

  explicit Inside(const Snapshot& snapshot) : fleet(snapshot), bounds(bind(fleet)), unit_of(units_of(fleet, bounds)) {}

  std::vector<Breach> look(const Whereabouts& w) const {
    std::vector<Breach> found;
    Findings findings(found);
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      findings.begin(i, bounds[i].constraint);
      kind_of(bounds[i].constraint.kind).check(bounds[i], {fleet, unit_of, w}, findings);
    }
    return found;
  }

  Whereabouts with(const Plan& plan) const {
    Whereabouts w = fleet.now();
    for (const Action& a : plan.actions) {
      const std::size_t v = fleet.index_of(a.vm), from = fleet.index_of(a.from), to = fleet.index_of(a.to);
      if (a.kind == ActionKind::kMigrate && v != kNowhere && to != kNowhere && to != w.at[v]) {
        w.leaves[v] = w.at[v];
        w.at[v] = to;
      }
      if (a.kind == ActionKind::kStartHost && from != kNowhere) w.on[from] = 1;
      if (a.kind == ActionKind::kStopHost && from != kNowhere) w.on[from] = 0;
    }
    return w;
  }

  Whereabouts with(const std::vector<std::int32_t>& host_of_vm) const {
    HEADROOM_CHECK(host_of_vm.size() == fleet.vms(), "every VM is on a host");
    Whereabouts w = fleet.now();
    for (std::size_t v = 0; v < fleet.vms(); ++v) {
      HEADROOM_CHECK(host_of_vm[v] >= 0 && static_cast<std::size_t>(host_of_vm[v]) < fleet.hosts(), "every VM is on a host");
      if (w.at[v] != static_cast<std::size_t>(host_of_vm[v])) w.leaves[v] = kNowhere;
      w.at[v] = static_cast<std::size_t>(host_of_vm[v]);
    }
    return w;
  }
};

namespace {

constexpr double kRounding = 1e-6;  // of amounts that are not counts

auto about(const Breach& b) { return std::tuple(b.number, b.subject, b.where); }

std::vector<Breach> only_new(std::vector<Breach> after, std::vector<Breach> before) {
  const auto order = [](const Breach& a, const Breach& b) { return about(a) < about(b); };
  std::sort(before.begin(), before.end(), order);
  std::erase_if(after, [&](const Breach& b) {
    if (!b.hard()) return true;
    const auto same = std::lower_bound(before.begin(), before.end(), b, order);
    return same != before.end() && about(*same) == about(b) && b.amount <= same->amount + kRounding;
  });
  return after;
}

}  // namespace

Judge::Judge(const Snapshot& snapshot) : inside_(std::make_unique<const Inside>(snapshot)) {}
Judge::Judge(Judge&&) noexcept = default;
Judge::~Judge() = default;

std::vector<Breach> Judge::now() const { return inside_->look(inside_->fleet.now()); }
std::vector<Breach> Judge::after(const Plan& plan) const { return inside_->look(inside_->with(plan)); }
std::vector<Breach> Judge::added(const Plan& plan) const { return only_new(after(plan), now()); }
std::vector<Breach> Judge::settled(const std::vector<std::int32_t>& host_of_vm) const {
  return inside_->look(inside_->with(host_of_vm));
}
std::vector<Breach> Judge::added(const std::vector<std::int32_t>& host_of_vm) const {
  return only_new(settled(host_of_vm), now());
}

namespace {

// What moves as one is never apart; judges and solver leave that alone, so somebody has to say it.
void find_the_inseparable(const Fleet& fleet, std::vector<std::string>& notes) {
  const std::vector<Bound> bounds = bind(fleet);
  const std::vector<std::size_t> unit_of = units_of(fleet, bounds);
  for (const Bound& b : bounds) {
    if (b.constraint.kind != ConstraintKind::kApart) continue;
    std::map<std::size_t, std::size_t> seen;  // unit -> its first member here
    for (std::size_t v : b.vms) {
      const auto [first, is_new] = seen.emplace(unit_of[v], v);
      if (!is_new)
        notes.push_back(fmt::format("constraint '{}' (apart) is about {} and {}, which have to be together",
                                    b.constraint.name, fleet.vm(first->second).name, fleet.vm(v).name));
    }
  }
}

}  // namespace

std::vector<std::string> mismatches(const Snapshot& snapshot) {
  const Fleet fleet(snapshot);
  std::vector<std::string> notes;
  for (const Constraint& c : snapshot.constraints) {
    const std::string what = fmt::format("constraint '{}' ({})", c.name, name(c.kind));
    if (!c.vms.everyone() && fleet.select(c.vms).empty()) notes.push_back(what + " is about VMs of which there is none");
    if (!c.hosts.everyone() && fleet.select(c.hosts).empty())
      notes.push_back(what + " is about hosts of which there is none");
  }
  find_the_inseparable(fleet, notes);
  return notes;
}

std::vector<HostId> to_be_left(const Snapshot& snapshot) {
  std::vector<char> left(snapshot.hosts.size());
  for (std::size_t h = 0; h < left.size(); ++h) left[h] = snapshot.hosts[h].accepts_vms ? 0 : 1;
  std::optional<Fleet> fleet;  // seldom needed
  for (const Constraint& c : snapshot.constraints) {
    if (c.kind != ConstraintKind::kMaintenance) continue;
    if (!fleet) fleet.emplace(snapshot);
    for (const std::size_t h : fleet->select(c.hosts)) left[h] = 1;
  }
  std::vector<HostId> ids;
  for (std::size_t h = 0; h < left.size(); ++h)
    if (left[h]) ids.push_back(snapshot.hosts[h].id);
  return ids;
}

}  // namespace headroom::constraints
