#include "headroom/model/snapshot.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

template <class T, class IdT>
const T* find_by_id(const std::vector<T>& sorted, IdT id) {
  const auto it = std::lower_bound(sorted.begin(), sorted.end(), id, [](const T& t, IdT want) { return t.id < want; });
  return it != sorted.end() && it->id == id ? &*it : nullptr;
}

}  // namespace

Resources Host::admissible() const {
  Resources room;
  const Resources base = deliverable();
  for (Resource r : kAllResources)
    room[r] = static_cast<std::int64_t>(std::floor(static_cast<double>(base[r]) * overcommit[index(r)]));
  return room;
}

Horizons default_horizons() {
  using std::chrono::hours;
  using std::chrono::minutes;
  return {minutes(5), minutes(15), hours(1), hours(6), hours(24)};
}

const Host* Snapshot::find(HostId id) const { return find_by_id(hosts, id); }
const Vm* Snapshot::find(VmId id) const { return find_by_id(vms, id); }

}  // namespace headroom
