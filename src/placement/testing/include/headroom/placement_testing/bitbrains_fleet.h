// A fleet as a placement problem, from a seed: what the benchmarks of fleets solve. Equal settings give an equal problem.
//
// Twelve lanes: CPU (millicores), memory (MiB), disk and network (KB/s), each 5 minutes, 15 minutes and an hour ahead.
// What VMs need is log-normal, as measured on GWA-T-12 Bitbrains "Rnd" (100 VMs of July and August 2013, weighted to the
// provider's population; value 5 minutes ahead): standard deviations of the logarithm 2.36, 1.85, 2.25 and 2.30, any two
// resources with correlation 0.5. From one horizon to the next the logarithm changes by a Laplace number of the mean size
// seen there (.22 .37 .29 .22, then .28 .36 .61 .45). The medians are the measured ones times one factor a resource, such
// that all VMs together need the share `full` of what all hosts have; nothing needs more than 0.3 of a standard host.
//
// Half of the hosts are standard ones (32 cores, 128 GiB, 500 and 1000 MB/s; 1.20 USD an hour), a quarter large (twice that; 2.20)
// and a quarter old (as large as standard; 1.50); their power is 4 W a core in use at 0.15 USD a kWh. Use above `safe` costs ten
// times what it would cost to rent. Costs are in billionths of a USD an hour; a move costs 0.02 USD, over a day. VMs are at home
// largest first, each on a random host with room, so the start is feasible and uneven.
#pragma once

#include "headroom/placement/problem.h"

namespace headroom::placement_testing {

enum class HostType : std::uint8_t { kStandard, kLarge, kOld };

struct BitbrainsMaking {
  std::uint64_t seed = 1;
  std::size_t hosts = 10'000, vms = 100'000;
  // Of CPU, memory, disk and network, in the fullest lane of each.
  double full[4] = {0.75, 0.80, 0.50, 0.50};
  double safe = 0.90;                // of a capacity
};

inline constexpr std::size_t kBitbrainsResources = 4, kBitbrainsHorizons = 3, kBitbrainsLanes = kBitbrainsResources * kBitbrainsHorizons;

HostType type_of(std::size_t host);

placement::Problem make_bitbrains_fleet(const BitbrainsMaking& making);  // valid, and its start breaks nothing

}  // namespace headroom::placement_testing
