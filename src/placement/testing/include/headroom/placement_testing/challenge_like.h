// Placement problems that are made as the ROADEF/EURO challenge's public A set looks to be, of any size, from a seed. Equal settings
// give an equal problem.
//
// Seen on the A set, and made alike: needs of a lane are spread evenly over the logarithm, from 1,000 to 900,000 in the first and over
// up to five decades in others; the first six lanes follow one size to 86 to 98 %, the next two another, and so on by twos; items of
// a group do not need the same. A host's capacity is what it holds at the start over a fill of .9 in the middle (1 at most; a few
// hosts are nearly empty where there are few items a host), its safe limit .7 to .97 of that. Moving costs 1 an item, 10 for a group's
// most and 100 or 200 across locations or neighbourhoods. The short lanes' safe limits together are below what all need, by
// `short_by` of it, the others' up to 5 % above: so the pooled bound is near what can be had where many items share a host.
#pragma once

#include "headroom/placement/problem.h"

namespace headroom::placement_testing {

struct ChallengeLike {
  std::uint64_t seed = 1;
  std::size_t hosts = 100, groups = 2500, items = 5000, lanes = 12, transient_lanes = 4;
  std::size_t locations = 10, near = 4400;  // at most so many "near" in all
  std::size_t short_lanes = 4;
  double short_by = 0.03;
};

placement::Problem make_challenge_like(const ChallengeLike& making);  // valid, and its start breaks nothing

}  // namespace headroom::placement_testing
