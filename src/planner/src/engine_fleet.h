// The draft's fleet in the engine's numbers (placement/problem.h), constraints included: a lane for each resource, and the
// CPU of all VMs on a host as a risk. Moves are charged on both ends, as the draft does it.
//
// Units: millicores, MiB, kB/s; what is needed is rounded up, what there is down. Costs: billionths of a USD an hour.
#pragma once

#include <vector>

#include "draft.h"
#include "headroom/constraints/fleet_problem.h"
#include "headroom/placement/pool.h"
#include "headroom/planner/host_load.h"

namespace headroom {

class EngineFleet {
 public:
  // `loads`: the CPU of each VM as it is now.
  EngineFleet(const Draft& draft, const std::vector<Load>& loads);

  const std::vector<std::string>& notes() const { return fleet_.notes; }  // constraints that cannot be had
  placement::Pool& pool() { return pool_; }
  const placement::Pool& pool() const { return pool_; }
  std::int32_t item(std::size_t vm) const { return fleet_.item_of[vm]; }
  // The VMs that move with it, itself among them, ascending.
  const std::vector<std::size_t>& unit(std::size_t vm) const { return fleet_.members[static_cast<std::size_t>(item(vm))]; }

  // The first VM of each unit that a constraint does not want where it is: on hosts it should not be on, or a member of a
  // relation that is broken. Ascending.
  std::vector<std::size_t> out_of_place() const;

  // What a VM's whole unit needs once the VM has this allocation and load; valid until the next call.
  const placement::Need& need(std::size_t vm, const Resources& allocation, const Load& load);
  // The VM has them from now on.
  void change(std::size_t vm, const Resources& allocation, const Load& load);

 private:
  struct Own {  // of one VM
    std::array<std::int64_t, kResourceCount> lanes{};
    placement::RiskNeed cpu;
  };
  static Own own(const Resources& allocation, const Load& load);
  static std::vector<Own> owns_of(const Draft& draft, const std::vector<Load>& loads);
  static constraints::FleetProblem problem_of(const Draft& draft, const std::vector<Load>& loads, const std::vector<Own>& own);

  std::vector<Own> own_;                 // VMs; of one on its way what it gets there
  constraints::FleetProblem fleet_;
  placement::Pool pool_;
  std::vector<std::int64_t> lanes_;      // of `need_`
  placement::RiskNeed cpu_;
  placement::Need need_;
};

}  // namespace headroom
