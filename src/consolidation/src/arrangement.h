// Who would be where after the moves decided on so far, and what each host has then: the forecasts of its VMs summed.
//
// A host's demand is taken as normal with the sum of its VMs' means and variances; PlanetLab's VMs belong to many and have
// little in common. Room means that demand stays under the host's CPU in all but 2.5 % of steps, and is under it now.
//
// Threads: one owner. Errors: none.
#pragma once

#include <cstdint>
#include <vector>

#include "load_forecast.h"
#include "site.h"

namespace headroom::consolidation {

struct HostPlan {
  std::vector<std::uint32_t> vms;
  double mean = 0, variance = 0;  // of the next step: MIPS, MIPS^2
  double asked = 0;               // MIPS now
  int ram_mb = 0;
  bool receives = false;          // in this step
  bool gives = false;             // in this step, and so receives nobody
};

class Arrangement {
 public:
  // Both must outlive it.
  Arrangement(const Site& site, const LoadForecast& forecast);

  const Site& site() const { return site_; }
  const LoadForecast& forecast() const { return forecast_; }
  std::size_t size() const { return hosts_.size(); }
  HostPlan& host(std::size_t h) { return hosts_[h]; }
  const HostPlan& host(std::size_t h) const { return hosts_[h]; }
  double mips(std::size_t h) const { return site_.hosts[h].kind->mips; }

  void move(std::uint32_t vm, std::size_t from, std::size_t to);
  bool fits(std::uint32_t vm, std::size_t h) const;
  // What a migration costs: MIPS x seconds of copying, at what the VM asks for now. It loses a tenth of that work.
  double copy_work(std::uint32_t vm) const;

  // Of what there is less of in the fleet, CPU or (where it is enforced) memory: how much of the host is taken, in [0, 1];
  // how large a VM is; and whether hosts of this kind have more of it for each watt of idling.
  double fullness(std::size_t h) const;
  double size_of(std::uint32_t vm) const;
  bool better_kind(std::size_t h) const;

 private:
  void add(std::uint32_t vm, std::size_t h, int sign);

  const Site& site_;
  const LoadForecast& forecast_;
  std::vector<HostPlan> hosts_;
  bool memory_is_scarcer_ = false;
};

}  // namespace headroom::consolidation
