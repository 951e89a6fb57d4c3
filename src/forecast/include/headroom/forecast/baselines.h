// The forecasters every other one has to beat. They see what was measured and nothing else.
//   LastValue      what was, will be; every quantile is the last value.
//   ErrorQuantile  an anchor plus the empirical quantiles of its own errors over the last seven days (linear
//                  interpolation; under 50 known errors the anchor alone). Anchor kLast is naive-RE, the yardstick of
//                  the field's comparisons; anchor kDayBefore is the seasonal naive forecast.
//
// State: about 9 KB per series and horizon (ErrorQuantile). Threads, errors: as forecaster.h says.
#pragma once

#include <map>
#include <memory>

#include "headroom/forecast/forecaster.h"

namespace headroom {

class LastValue final : public Forecaster {
 public:
  LastValue(Horizons horizons, Duration step) : horizons_(std::move(horizons)), step_(step) {}

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId, const Resources&) override {}
  void observe(const VmSample& sample) override;
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

 private:
  Horizons horizons_;
  Duration step_;
  std::map<VmId, Sample> last_;
};

class ErrorQuantile final : public Forecaster {
 public:
  enum class Anchor : std::uint8_t { kLast, kDayBefore };

  // Horizons are multiples of the step.
  ErrorQuantile(Anchor anchor, Horizons horizons, Duration step);
  ~ErrorQuantile() override;

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId vm, const Resources& ceiling) override;
  void observe(const VmSample& sample) override;
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

 private:
  struct VmState;
  VmState& state(VmId vm);
  void push(VmState& vm, const Sample& closed, bool known) const;
  Outlook outlook(const VmState& vm, std::size_t resource, std::size_t horizon) const;

  Anchor anchor_;
  Horizons horizons_;
  Duration step_;
  std::map<VmId, std::unique_ptr<VmState>> vms_;
};

}  // namespace headroom
