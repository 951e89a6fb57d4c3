#include "group_away.h"

#include <algorithm>

namespace headroom::placement {

GroupAway::GroupAway(const Problem& p) : weight_(p.group_away_weight), group_(p.group), away_(p.groups.size(), 0) {
  std::vector<std::size_t> members(p.groups.size(), 0);
  for (std::int32_t g : p.group)
    if (g != kNoGroup) ++members[static_cast<std::size_t>(g)];
  const std::size_t most = members.empty() ? 0 : *std::max_element(members.begin(), members.end());
  groups_.assign(most + 1, 0);
  groups_[0] = static_cast<std::int32_t>(std::max<std::size_t>(1, p.groups.size()));
}

}  // namespace headroom::placement
