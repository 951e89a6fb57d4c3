// What decisions cost in money. Where the policy has a site's prices (PriceBook in policy.h) as its bill would have it (cost/bill.h):
// reservations are a number of hosts of a type and not a machine, a spot host may be interrupted, an own one is paid by its watts, a
// host wears by being started, a migration sends bytes and disturbs. Where it has none each host's hourly price is all there is to
// know, and every migration costs HostPolicy::usd_per_migration.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

class Costs {
 public:
  Costs(const Snapshot& snapshot, const Policy& policy);

  // Stopping the host saves nothing, or starting it costs nothing: it is paid for on or off.
  bool paid_anyway(std::size_t host) const;
  // USD an hour of a host that is on, or were it: what is there for nobody's sake, so at no load.
  double running(std::size_t host) const;
  // USD an hour of a core in use, the host's other costs spread over its cores: in the long run each has to carry its share.
  double per_core(std::size_t host) const;
  // USD of anything being on it at all; 0 without a book, where cores carry it all.
  double opening(std::size_t host) const;
  // USD of starting and stopping it once.
  double start_and_stop(std::size_t host) const;
  double of_move(const Vm& vm) const;

  // What a plan does with hosts.
  void note_start(std::size_t host) { ++on_[snapshot_->hosts[host].type]; }
  void note_stop(std::size_t host) { --on_[snapshot_->hosts[host].type]; }

 private:
  const Host& host(std::size_t h) const { return snapshot_->hosts[h]; }

  const Snapshot* snapshot_;
  const Policy* policy_;
  std::vector<double> vms_, cpu_;               // hosts: how many there are, and what they use, millicores
  double mean_vms_ = 0;                         // of hosts that are on
  std::map<std::string, std::int64_t> on_;      // on-demand hosts by type
};

}  // namespace headroom
