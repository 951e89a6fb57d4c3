// The forecaster that knows the future: exact value and peak of the demand within one horizon, from the record itself.
// An upper reference, for the simulator only.
#pragma once

#include "headroom/forecast/forecaster.h"
#include "headroom/sim/world.h"

namespace headroom {

class Oracle final : public Forecaster {
 public:
  Oracle(const World& world, Duration horizon) : world_(world), horizons_{horizon} {}

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId, const Resources&) override {}
  void observe(const VmSample&) override {}
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

 private:
  const World& world_;
  Horizons horizons_;
};

}  // namespace headroom
