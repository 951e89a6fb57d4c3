#include "group_apart.h"

#include "group_rows.h"

namespace headroom::placement {

GroupApart::GroupApart(const Problem& p, const Relations& relations) : words_((p.hosts + 63) / 64) {
  // A group of one is always apart.
  const GroupRows rows(p, [&](std::size_t g, std::size_t members) { return relations.apart_group[g] != 0 && members > 1; });
  row_ = rows.of_items;
  bits_.assign(rows.groups.size() * words_, 0);
}

}  // namespace headroom::placement
