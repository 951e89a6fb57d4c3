// What the operator wants of the planner. A Policy is a value; together with a Snapshot it determines the Plan.
//
// Money is USD. The knob of aggressiveness is PricedSizing::usd_per_overloaded_vm_hour, what an hour in which a VM does not
// get what it wants is worth, and minutes_per_scaling beside it (sim/contender.cpp pairs them). The rest has a fixed default.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "headroom/cost/prices.h"
#include "headroom/migration/estimate.h"
#include "headroom/model/constraint.h"
#include "headroom/model/resources.h"
#include "headroom/model/rule.h"

namespace headroom {

// Headroom's own sizing: every allocation, every scaling and every expected minute of overload has a price, and each
// resource of each VM gets the allocation with the lowest sum (sizing.h has the formula).
struct PricedSizing {
  double usd_per_overloaded_vm_hour = 0.1;
  double minutes_per_scaling = 50;           // so many overloaded minutes is one change of one resource as bad as
  double minutes_lost_per_breach = 2;        // overload a later breach costs: most are seen coming before they are there
  // How much worse an overloaded minute of a resource is. What is dear gives way first: without a weight nearly all
  // overload that is left is CPU.
  std::array<double, kResourceCount> overload_weight{5, 1, 1, 1};
  std::array<double, kResourceCount> usd_per_unit_hour{};  // of an allocation, per base unit
  // Where hosts count: bounds of what a unit costs, as shares of its list price (planner/src/market.h). Both 1: always it.
  double least_share = 1, most_share = 1;
};

// The specification's own order: forecast over the VM's limit with confidence -> move to the cheapest host with the
// required resources, else scale in place.
struct MigrateFirst {
  double quantile = 0.95;
  Duration horizon = std::chrono::minutes(15);
  double confidence = 0.2;                   // act when P(limit is exceeded within the horizon) is above this
  double target_utilisation = 0.8;           // required = forecast quantile / target_utilisation
};

// Live migrations: what they may use of a host's network, each way, and how many may be under way at once (0: no limit). What is more
// waits its turn (migration/schedule.h).
struct MigrationPolicy {
  BytesPerSecond bandwidth{500'000'000};     // less where a host's network has less
  int out_of_host = 2, into_host = 2, in_fleet = 8;
  migration::PreCopy how;                    // its downtime limit is the longest standstill that the hypervisor is told
  double likely = 0.5;                       // what a move prevents is expected for when its probability reaches this
};

struct HostPolicy {
  bool may_migrate = false;
  bool may_power = false;                    // start and stop hosts
  double overload_confidence = 0.1;          // move a VM away when P(host's demand > what it delivers) is above this
  Duration overload_horizon = std::chrono::minutes(15);
  double overload_lasts = 5;                 // so often it counts for a start: it goes on until somebody has left
  double shared_variance = 0.1;              // share of a VM's deviation that moves with its neighbours'
  double fill_after_move = 0.95;             // a destination is not filled beyond this share of admissible
  std::size_t moves_per_round = 16;          // at most, one evacuation aside; the schedule says when each starts
  MigrationPolicy migration;
  double usd_per_migration = 0.02;
  Duration consolidate_every = std::chrono::hours(1);
  // A host is emptied only if the share it saves of what all running hosts cost is at least so many times the share of all VMs' memory
  // that has to move for it.
  double least_worth = 0.5;
  Duration stay_after_move = std::chrono::hours(2);  // a moved VM is not moved for cost again before
};

// A site's prices, where it has a price book (cost/price_book.h): hosts and migrations then cost what its bill would have them cost.
struct BookPrices {
  cost::Prices prices;
  cost::Reservations reservations;
};

enum class Order : std::uint8_t {
  kLadder,        // Headroom's own, docs/planner.md
  kMigrateFirst,  // the specification's order
  kPveCrs,        // Proxmox VE's cluster resource scheduling, plus whatever rules there are
  kLrMmt,         // local regression, minimum migration time (Beloglazov and Buyya); no scaling
  kNothing,       // a static fleet
};

struct Policy {
  std::string name = "headroom";
  Order order = Order::kLadder;
  std::vector<Rule> rules;                   // govern the resources they name; the rest is PricedSizing's
  std::vector<Constraint> constraints;       // on where VMs may be: the loop puts them into its snapshots
  std::optional<PricedSizing> priced;
  std::optional<BookPrices> book;            // none: a host costs its hourly price, a migration HostPolicy::usd_per_migration
  MigrateFirst migrate_first;
  HostPolicy hosts;
  Resources step{250_mcores, 256_MiB, BytesPerSecond(1'000'000), BytesPerSecond(1'000'000)};
  double pressure_growth = 1.5;              // a VM held back at its limit wants at least this times it
};

}  // namespace headroom
