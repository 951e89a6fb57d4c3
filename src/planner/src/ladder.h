// Headroom's ladder, in this order: give back what is not needed, grow in place, move, take from neighbours that need it
// less, move one of them, grow in part and say what was denied. And how many hosts run, which goes by the same prices.
#pragma once

#include <optional>

#include "placement.h"
#include "wishes.h"

namespace headroom {

// What could not be given: growth that was denied, and CPU that hosts will not deliver.
struct Shortage {
  struct Pressing {
    std::size_t vm = 0;
    Resources want;
    Reason reason;
  };
  bool denied = false;                    // a growth was
  double usd_per_hour = 0;                // what giving all of it would have saved
  std::optional<Pressing> most_pressing;  // of the growths denied, else who could not leave, else of those granted

  void add(const Shortage& other);        // this one's denials come first
};

Shortage climb_ladder(Draft& draft, Placement& placement, const Market& market, const Wishes& wishes);

// Its rungs that are of use elsewhere. VMs on the host `but_not_on` give nothing back.
void give_back(const Draft& draft, Placement& placement, const Wishes& wishes,
               std::optional<std::size_t> but_not_on = std::nullopt);
bool grow_in_place(const Draft& draft, Placement& placement, const Wish& wish);

// After the ladder: VMs leave hosts whose summed demand is likely to pass what they deliver. Where none can, that is a
// shortage too, by what all its overload costs: one more host would take several of them.
void relieve_hosts(const Draft& draft, Placement& placement, Shortage& shortage);

// Before everything else, whatever the policy: VMs leave hosts that take none, the biggest first, with at most half of a round's moves,
// though they were moved lately. Who stays is said, with the reason; who would go if another host ran is a shortage.
Shortage drain_hosts(Draft& draft, Placement& placement);

// Before the ladder, since who was resized is not moved in the same round: VMs leave where a constraint does not want them, with at most
// half of a round's moves. Who can go nowhere better is said.
void mend_placement(Draft& draft, Placement& placement);

// A host is started when the shortage, and the overload that its resources would spare at the prices it brings about, are
// worth its price. A policy without prices starts one whenever a wish was denied.
void start_a_host(const Draft& draft, Placement& placement, const Market& market, const PriceShares& shares,
                  const Shortage& shortage);

// Before the ladder, once every HostPolicy::consolidate_every: one host is emptied if its price is more than its moves and
// the overload that the dearer resources would let through cost together, and if everybody fits elsewhere at the size wished for at
// those prices. `wishes` are then those. (After the ladder a VM or two of every host have just been resized.)
void empty_a_host(Draft& draft, Placement& placement, const Market& market, Wishes& wishes);

// After everything else, so that a host that was started for somebody is not stopped before they are on their way.
void stop_empty_hosts(const Draft& draft, Placement& placement);

// The specification's order (policy.h, MigrateFirst).
void migrate_first(Draft& draft, Placement& placement);

}  // namespace headroom
