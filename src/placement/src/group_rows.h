// The groups a constraint is about, numbered densely, so that it keeps no state for the others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

struct GroupRows {
  std::vector<std::int32_t> groups;    // row -> group
  std::vector<std::int32_t> of_groups; // group -> row, or -1
  std::vector<std::int32_t> of_items;  // item -> row, or -1

  // concerns(group, its number of items)
  template <class Concerns>
  GroupRows(const Problem& p, Concerns&& concerns) : of_groups(p.groups.size(), -1), of_items(p.items, -1) {
    std::vector<std::size_t> members(p.groups.size(), 0);
    for (std::int32_t g : p.group)
      if (g != kNoGroup) ++members[static_cast<std::size_t>(g)];
    for (std::size_t g = 0; g < p.groups.size(); ++g) {
      if (!concerns(g, members[g])) continue;
      of_groups[g] = static_cast<std::int32_t>(groups.size());
      groups.push_back(static_cast<std::int32_t>(g));
    }
    for (std::size_t i = 0; i < p.items; ++i)
      if (p.group[i] != kNoGroup) of_items[i] = of_groups[static_cast<std::size_t>(p.group[i])];
  }
};

// The same places with numbers from 0 without gaps: a table over places is as long as there are places.
struct DensePlaces {
  std::vector<std::int32_t> of_hosts;
  std::size_t count = 0;

  explicit DensePlaces(const std::vector<std::int32_t>& places) : of_hosts(places.size()) {
    std::vector<std::int32_t> distinct(places);
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (std::size_t h = 0; h < places.size(); ++h)
      of_hosts[h] = static_cast<std::int32_t>(std::lower_bound(distinct.begin(), distinct.end(), places[h]) - distinct.begin());
    count = distinct.size();
  }
};

}  // namespace headroom::placement
