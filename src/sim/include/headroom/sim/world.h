// A fleet of traces turned into a pool: VMs with their initial allocation, hosts packed first-fit decreasing, demand on
// the grid, and the samples of the days before.
#pragma once

#include <memory>
#include <vector>

#include "headroom/hypervisor/simulated_pool.h"
#include "headroom/sim/scenario.h"
#include "headroom/trace/fleet.h"

namespace headroom {

// Immutable once made, so that the settings of a sweep share one.
struct World {
  Scenario scenario;
  View view = View::kElastic;
  Window window;                        // counted
  Duration step{};
  std::vector<Host> hosts;
  std::vector<Vm> vms;
  std::vector<RecordedDemand> demand;   // one a VM; from the trace's beginning
  std::vector<std::string> left_out;    // VMs without records in the window or before it, each with the reason

  std::size_t rounds() const { return static_cast<std::size_t>((window.end - window.begin) / step); }
};

// The initial allocation is a quantile of the seven days that end one day before the window; lacking them, of the first
// week (or the first quarter of a shorter trace), which then lies outside the window. Errors: kInvalid when no VM can be
// replayed or the window holds no step.
Result<std::shared_ptr<const World>> make_world(const Fleet& fleet, const Scenario& scenario, View view,
                                                std::optional<Window> window);

}  // namespace headroom
