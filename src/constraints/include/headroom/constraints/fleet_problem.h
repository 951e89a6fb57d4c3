// A fleet with its constraints as a placement problem, and back.
//
// The caller writes the fleet down as a placement::Problem with an item for every VM and its hosts, both in the snapshot's
// order: lanes and risks of its own, needs, capacities, prices. What it gets back is the same problem with the constraints in
// it: host sets, relations and counted lanes added, hosts given their rack (location) and zone (neighbourhood), and VMs that
// move as one made one item with the sum of their needs.
//
//   auto fleet = constraints::make_fleet_problem(snapshot, std::move(per_vm), prices);
//   auto answer = placement::solve(fleet->problem, options);
//   for (const auto& move : fleet->moves(answer->assignment)) ...
//
// VMs that may not be touched (another manager's, those with an action in flight, those that are only observed) and those
// that cannot move live stay where they are. A VM on its way counts where it goes; what it still holds of the caller's lanes
// at the other end the caller takes off that host's capacity (of counted lanes that is done here).
//
// Pure and thread-safe. Errors: kInvalid when a table does not have the snapshot's shape, when the caller has filled in what
// is written here (location, neighbourhood, home, host sets, relations, groups), or when there are more than 32 lanes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/model/snapshot.h"
#include "headroom/placement/problem.h"

namespace headroom::constraints {

struct FleetPrices {
  double units_per_usd = 1e6;          // of Problem's costs, per hour
  double breach_usd_per_hour = 10;     // of a hard constraint that is broken now, for as long as it stays so
  double drain_usd_per_hour = 1;       // of a VM on a host that should be left, where the constraint names no price
};

struct FleetMove {
  std::size_t vm = 0, from = 0, to = 0;  // indices into Snapshot::vms and hosts
};

struct FleetProblem {
  placement::Problem problem;
  std::vector<std::vector<std::size_t>> members;  // item -> its VMs, ascending
  std::vector<std::int32_t> item_of;              // VM -> item
  std::vector<std::string> notes;                 // what cannot be had: one sentence each

  // Where an answer puts every VM: VM -> host.
  std::vector<std::int32_t> hosts_of_vms(const placement::Assignment& answer) const;
  // What is to be moved for it, by item and then by VM: members of a unit stand together.
  std::vector<FleetMove> moves(const placement::Assignment& answer) const;
};

Result<FleetProblem> make_fleet_problem(const Snapshot& snapshot, placement::Problem per_vm, const FleetPrices& prices);

}  // namespace headroom::constraints
