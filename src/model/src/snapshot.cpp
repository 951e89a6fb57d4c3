#include "headroom/model/snapshot.h"

#include <algorithm>
#include <cmath>

#include "headroom/model/find.h"

namespace headroom {

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

std::size_t horizon_index(const Horizons& horizons, Duration at_least) {
  const auto it = std::lower_bound(horizons.begin(), horizons.end(), at_least);
  return static_cast<std::size_t>(std::min(it, horizons.end() - 1) - horizons.begin());
}

const Host* Snapshot::find(HostId id) const { return find_by_id(hosts, id); }
const Vm* Snapshot::find(VmId id) const { return find_by_id(vms, id); }

}  // namespace headroom
