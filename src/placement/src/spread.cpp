#include "spread.h"

#include <fmt/format.h>

#include <set>

#include "group_rows.h"

namespace headroom::placement {

Spread::Spread(const Problem& p) {
  const DensePlaces places(p.location);
  locations_ = places.count;
  location_ = places.of_hosts;
  // Whoever is somewhere is in one location.
  const GroupRows rows(p, [](const Group& g, std::size_t) { return g.least_locations > 1; });
  row_ = rows.of_items;
  items_.assign(rows.groups.size() * locations_, 0);
  occupied_.assign(rows.groups.size(), 0);
  for (std::int32_t g : rows.groups) least_.push_back(p.groups[static_cast<std::size_t>(g)].least_locations);
}

void check_spread(const Problem& p, const Assignment& assignment, std::vector<std::string>& breaches) {
  std::vector<std::set<std::int32_t>> locations(p.groups.size());
  for (std::size_t i = 0; i < p.items; ++i)
    if (p.group[i] != kNoGroup)
      locations[static_cast<std::size_t>(p.group[i])].insert(p.location[static_cast<std::size_t>(assignment[i])]);
  for (std::size_t g = 0; g < p.groups.size(); ++g)
    if (static_cast<std::int64_t>(locations[g].size()) < p.groups[g].least_locations)
      breaches.push_back(fmt::format("group {} is in {} locations; it needs {}", g, locations[g].size(),
                                     p.groups[g].least_locations));
}

}  // namespace headroom::placement
