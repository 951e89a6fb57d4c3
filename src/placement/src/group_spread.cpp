#include "group_spread.h"

#include "group_rows.h"

namespace headroom::placement {

GroupSpread::GroupSpread(const Problem& p, const Relations& relations) {
  const DensePlaces places(p.location);
  locations_ = places.count;
  location_ = places.of_hosts;
  const GroupRows rows(p, [&](std::size_t g, std::size_t) { return relations.spread_group[g] != 0; });
  row_ = rows.of_items;
  items_.assign(rows.groups.size() * locations_, 0);
  occupied_.assign(rows.groups.size(), 0);
  for (std::int32_t g : rows.groups) least_.push_back(p.groups[static_cast<std::size_t>(g)].least_locations);
}

}  // namespace headroom::placement
