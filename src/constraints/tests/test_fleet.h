// A fleet in a few lines for the tests of constraints: hosts of 8 cores and 32 GiB, VMs of 1 core and 4 GiB; and what the two
// sides of a constraint say about where its VMs are.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "headroom/constraints/file.h"
#include "headroom/constraints/fleet_problem.h"
#include "headroom/constraints/judge.h"
#include "headroom/placement/check.h"
#include "headroom/placement/solve.h"

namespace headroom::constraints {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Where = std::vector<std::int32_t>;  // VM -> host

struct TestFleet {
  Snapshot s;

  // Hosts h0, h1, ...; two in a rack, two racks in a zone.
  explicit TestFleet(std::size_t hosts) {
    s.taken_at = instant_from_epoch_seconds(1'375'315'500);
    s.horizons = default_horizons();
    for (std::size_t h = 0; h < hosts; ++h) {
      Host host;
      host.id = HostId(static_cast<std::uint32_t>(h));
      host.name = "h" + std::to_string(h);
      host.physical = Resources(8_cores, 32_GiB, 1000_MBps, 1000_MBps);
      host.rack = "r" + std::to_string(h / 2);
      host.zone = "z" + std::to_string(h / 4);
      s.hosts.push_back(host);
    }
  }

  Vm& add(const std::string& name, std::size_t host) {
    Vm vm;
    vm.id = VmId(static_cast<std::uint32_t>(s.vms.size()));
    vm.name = name;
    vm.host = s.hosts[host].id;
    vm.allocation = Resources(1_cores, 4_GiB, 10_MBps, 10_MBps);
    vm.mobility = Mobility::kLive;
    vm.level = AutomationLevel::kAuto;
    s.vms.push_back(vm);
    return s.vms.back();
  }

  // One or several constraints as they are written in a file.
  TestFleet& say(const std::string& yaml) {
    const auto read = parse_constraints("constraints:\n" + yaml, "t.yaml");
    EXPECT_TRUE(read) << read.error().message;
    if (read) s.constraints.insert(s.constraints.end(), read->begin(), read->end());
    return *this;
  }

  Plan plan(const std::vector<std::pair<std::size_t, std::size_t>>& moves) const {  // VM, host
    Plan plan;
    for (const auto& [v, to] : moves) {
      const Vm& vm = s.vms[v];
      plan.actions.push_back({ActionKind::kMigrate, vm.id, vm.host, s.hosts[to].id, vm.allocation, vm.allocation, {}});
    }
    return plan;
  }

  void fly(std::size_t v, std::size_t to) {
    s.in_flight.push_back({plan({{v, to}}).actions.front(), s.taken_at});
    s.vms[v].action_in_flight = true;
  }

  // A lane of cores, with room for everybody, and no price of moving.
  placement::Problem per_vm() const {
    placement::Problem p;
    p.hosts = s.hosts.size();
    p.items = s.vms.size();
    p.lanes = {{}};
    p.need.assign(p.items, 1);
    p.capacity.assign(p.hosts, 100);
    p.safe = p.capacity;
    p.away_price.assign(p.items, 0);
    return p;
  }

  FleetProblem problem(const FleetPrices& prices = {}) const {
    auto made = make_fleet_problem(s, per_vm(), prices);
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : FleetProblem{};
  }

  // The solver's side: it may put everybody there. Not where it would have to tear a unit apart.
  bool allows(const Where& where) const {
    const FleetProblem f = problem();
    placement::Assignment items(f.members.size(), -1);
    for (std::size_t v = 0; v < where.size(); ++v) {
      std::int32_t& host = items[static_cast<std::size_t>(f.item_of[v])];
      if (host >= 0 && host != where[v]) return false;
      host = where[v];
    }
    return placement::new_breaches(f.problem, items).empty();
  }

  // What it costs there, beyond what is hard, in USD an hour.
  double price(const Where& where) const {
    const FleetProblem f = problem();
    placement::Assignment items;
    for (const auto& members : f.members) items.push_back(where[members.front()]);
    return static_cast<double>(placement::cost_of(f.problem, items).total()) / 1e6;
  }

  // The judge's side, settled there.
  std::vector<std::string> says(const Where& where) const { return texts(Judge(s).settled(where)); }
  std::vector<std::string> added(const Where& where) const { return texts(Judge(s).added(where)); }
  std::vector<std::string> added(const Plan& plan) const { return texts(Judge(s).added(plan)); }

  static std::vector<std::string> texts(const std::vector<Breach>& breaches) {
    std::vector<std::string> all;
    for (const Breach& b : breaches) all.push_back(b.text);
    return all;
  }

  // Both sides agree on every way to put a few VMs on a few hosts: the solver may go there when the judge sees nothing new.
  void expect_agreement() const {
    const Judge judge(s);
    Where where(s.vms.size(), 0);
    std::size_t allowed = 0, refused = 0;
    do {
      const auto breaches = texts(judge.added(where));
      const bool may = allows(where);
      EXPECT_EQ(may, breaches.empty()) << ::testing::PrintToString(where) << " " << ::testing::PrintToString(breaches);
      ++(may ? allowed : refused);
    } while (next(where));
    EXPECT_GT(allowed, 0U);
    EXPECT_GT(refused, 0U);
  }

 private:
  bool next(Where& where) const {
    for (std::int32_t& host : where) {
      if (++host < static_cast<std::int32_t>(s.hosts.size())) return true;
      host = 0;
    }
    return false;
  }
};

}  // namespace headroom::constraints
