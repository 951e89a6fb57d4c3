#include "oracle.h"

#include <algorithm>

namespace headroom {

void Oracle::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  const auto steps = static_cast<std::size_t>(horizons_[0] / world_.step);
  for (std::size_t i = 0; i < vms.size(); ++i) {
    const RecordedDemand& load = world_.demand[vms[i].value()];  // a world numbers its VMs from 0
    const auto first = static_cast<std::size_t>(std::max<std::int64_t>(0, (origin - load.start) / world_.step));
    Forecast& f = out[i];
    f.vm = vms[i];
    f.origin = origin;
    f.state = ForecastState::kReady;
    for (std::size_t k = 0; k < kResourceCount; ++k) {
      const auto& amount = load.amount[k];
      double peak = 0, value = 0;
      for (std::size_t s = first; s < std::min(first + steps, amount.size()); ++s) {
        value = static_cast<double>(amount[s]);
        peak = std::max(peak, value);
      }
      f.outlook[k].assign(1, {Band::certain(value), Band::certain(peak)});
    }
  }
}

}  // namespace headroom
