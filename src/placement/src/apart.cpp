#include "apart.h"

#include <fmt/format.h>

#include <set>

#include "group_rows.h"

namespace headroom::placement {

Apart::Apart(const Problem& p) : words_((p.hosts + 63) / 64) {
  // A group of one is always apart.
  const GroupRows rows(p, [](const Group& g, std::size_t members) { return g.apart && members > 1; });
  row_ = rows.of_items;
  bits_.assign(rows.groups.size() * words_, 0);
}

void check_apart(const Problem& p, const Assignment& assignment, std::vector<std::string>& breaches) {
  std::set<std::pair<std::int32_t, std::int32_t>> seen;  // group and host
  for (std::size_t i = 0; i < p.items; ++i) {
    const std::int32_t g = p.group[i];
    if (g == kNoGroup || !p.groups[static_cast<std::size_t>(g)].apart) continue;
    if (!seen.emplace(g, assignment[i]).second)
      breaches.push_back(fmt::format("group {} is twice on host {}, the second time with item {}", g, assignment[i], i));
  }
}

}  // namespace headroom::placement
