// The challengers: forecasters a person could work out by hand. They keep the engine honest, and are what policies that
// do not use it forecast with.
//
// NaiveRe ("naive with residuals"): the last value plus the empirical quantiles of its own errors over the last seven
// days, for the value and for the peak of each horizon; q_p = max(0, y_t + Q_p{T(u) - y_u}), T the target,
// linear-interpolation quantile (the reference of the forecasting score). Under 50 known errors: the last value. The
// quantiles are renewed every two hours.
// LastValue: every quantile is the last value. SeasonalNaive: the value at the same time yesterday.
//
// None of them caps by a ceiling. Before the first sample: the prior over all VMs. States as in Forecast. The step is 5 minutes
// unless given. Threads: one caller at a time. Errors: none.
#pragma once

#include <memory>
#include <unordered_map>

#include "headroom/forecast/forecaster.h"

namespace headroom {

// What the challengers share: the step grid and the recent past of every VM.
class SimpleForecaster : public Forecaster {
 public:
  struct Past;  // of one resource of one VM

  SimpleForecaster(Horizons horizons, Duration step);
  ~SimpleForecaster() override;
  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId, const Resources&) override {}
  void observe(const VmSample& sample) override;
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

 protected:
  struct VmState;
  // The outlook at `horizon`; the series has a value.
  virtual Outlook look(Past& past, std::size_t horizon) const = 0;
  int steps(std::size_t horizon) const { return static_cast<int>(horizons_[horizon] / step_); }

 private:
  VmState& state_of(VmId vm);

  Horizons horizons_;
  Duration step_;
  std::unordered_map<VmId, std::unique_ptr<VmState>> vms_;
};

class LastValue : public SimpleForecaster {
 public:
  explicit LastValue(Horizons horizons, Duration step = std::chrono::minutes(5)) : SimpleForecaster(std::move(horizons), step) {}

 protected:
  Outlook look(Past& past, std::size_t horizon) const override;
};

class SeasonalNaive : public SimpleForecaster {
 public:
  explicit SeasonalNaive(Horizons horizons, Duration step = std::chrono::minutes(5)) : SimpleForecaster(std::move(horizons), step) {}

 protected:
  Outlook look(Past& past, std::size_t horizon) const override;
};

class NaiveRe : public SimpleForecaster {
 public:
  explicit NaiveRe(Horizons horizons, Duration step = std::chrono::minutes(5)) : SimpleForecaster(std::move(horizons), step) {}

 protected:
  Outlook look(Past& past, std::size_t horizon) const override;
};

}  // namespace headroom
