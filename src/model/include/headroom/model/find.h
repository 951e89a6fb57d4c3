// Finds by id in a vector that ascends by id, as hosts and VMs do everywhere. nullptr when there is none; O(log n).
#pragma once

#include <algorithm>

namespace headroom {

// `Sorted` is a (const) vector of anything with a member `id`; the pointer is const where the vector is.
template <class Sorted, class IdT>
auto* find_by_id(Sorted& sorted, IdT id) {
  const auto it = std::lower_bound(sorted.begin(), sorted.end(), id, [](const auto& t, IdT want) { return t.id < want; });
  return it != sorted.end() && it->id == id ? &*it : nullptr;
}

}  // namespace headroom
