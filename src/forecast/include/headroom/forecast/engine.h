// The Predictive Load Engine: one global model (global_model.h) over the recent past of each VM, and per VM an online
// calibration of every quantile. It learns online only how far the model is off for this VM; the model itself is
// replaced by replace_model().
//
// Bands: sorted, never below 0, capped by the ceiling (or the highest demand seen, where that was higher) and by 1.5
// times the highest demand seen, once that is the highest of six hours. A series that did not move in the known week, a day
// at least, is stated as exact.
// Cold start: no sample, the prior over all VMs and kNone; under 24 h of samples kLearning, and in the first hour the
// band is widened towards the prior.
//
// Horizons: the model's own, or any list within them; where one lies between two of the model's it is interpolated
// (head_map.h) and calibrated by its own truth like any other. Only what the list needs is computed.
//
// Threads: one caller at a time. Cost with five horizons, 384 trees a head and a net of three layers of 192, where there
// is AVX2 and no more: trees 7 us and net 5 us a series and forecast, features and calibration beside them; 5.5 KB a
// series, of which Series is 3.4 and the calibration 1.9. Once it knows a VM it allocates nothing for it. Errors: of make()
// only.
#pragma once

#include <memory>
#include <unordered_map>

#include "headroom/base/result.h"
#include "headroom/forecast/forecaster.h"
#include "headroom/forecast/global_model.h"

namespace headroom {

class CalibrationPlan;
class HeadMap;

class PredictiveLoadEngine : public Forecaster {
 public:
  explicit PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model);  // the model's own horizons
  // Ascending, from the model's shortest horizon to its longest; multiples of its step or not. kInvalid otherwise.
  static Result<std::unique_ptr<PredictiveLoadEngine>> make(std::shared_ptr<const GlobalModel> model, Horizons horizons);
  ~PredictiveLoadEngine() override;

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId vm, const Resources& ceiling) override;
  void observe(const VmSample& sample) override;
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

  // Takes over a newly trained model between two calls; false (and nothing changes) unless it has the same step and
  // reaches the horizons. The calibration is kept: it forgets the old model's errors within days.
  bool replace_model(std::shared_ptr<const GlobalModel> model);

 private:
  PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model, Horizons horizons, HeadMap heads);
  struct VmState;
  struct Batch;
  VmState& state_of(VmId vm);
  void begin(Instant origin, VmId vm, Forecast& out);
  void flush(Batch& batch);

  std::shared_ptr<const GlobalModel> model_;
  Horizons horizons_;
  std::unique_ptr<HeadMap> heads_;
  std::unique_ptr<const CalibrationPlan> plan_;
  std::unordered_map<VmId, std::unique_ptr<VmState>> vms_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace headroom
