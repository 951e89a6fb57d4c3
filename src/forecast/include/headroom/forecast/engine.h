// The Predictive Load Engine: one global model (global_model.h) over the recent past of each VM, and per VM an online
// calibration of every quantile. It learns online only how far the model is off for this VM; the model itself is
// replaced by replace_model().
//
// Bands: sorted, never below 0, capped by the ceiling (or the highest demand seen, where that was higher) and by 1.5
// times the highest demand seen, once that is the highest of six hours. A series that did not move in the known week, a day
// at least, is stated as exact. Where its last value has clearly lost less than the model of late, a series is forecast by
// that (Outlook says so).
// Cold start: no sample, the prior over all VMs and kNone; under 24 h of samples kLearning, and in the first hour the
// band is widened towards the prior.
//
// Forecasts may come more often than steps: the first in a step closes it (step_grid.h) and is judged; those after it rest on what has
// come since as well, and are not.
//
// Horizons: the model's own, or any list within them; where one lies between two of the model's it is interpolated
// (head_map.h) and calibrated by its own truth like any other. Only what the list needs is computed.
//
// Threads: one caller at a time. Cost with 384 trees a head and a net of three layers of 192, on a processor with AVX-512:
// 28 us a series and step for horizons of 5 min, 15 min and 1 h, 31 with 6 and 24 h too, of which the features are 12. State:
// at most 6.5 KB a series with all five, of which Series is 3.4 and the calibration 1.9. Once it knows a VM it allocates
// nothing for it. Errors: of make() only.
#pragma once

#include <memory>
#include <unordered_map>

#include "headroom/base/result.h"
#include "headroom/forecast/forecaster.h"
#include "headroom/forecast/global_model.h"
#include "headroom/forecast/live_accuracy.h"

namespace headroom {

class CalibrationPlan;
class HeadMap;
class Ledger;
struct Judgement;

class PredictiveLoadEngine : public Forecaster {
 public:
  explicit PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model);  // the model's own horizons
  // Ascending, from the model's shortest horizon to its longest; multiples of its step or not. kInvalid otherwise.
  static Result<std::unique_ptr<PredictiveLoadEngine>> make(std::shared_ptr<const GlobalModel> model, Horizons horizons);
  ~PredictiveLoadEngine() override;

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId vm, const Resources& ceiling) override;
  void set_limit(VmId vm, const Resources& limit) override;
  void observe(const VmSample& sample) override;
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

  // Takes over a newly trained model between two calls; false (and nothing changes) unless it has the same step and
  // reaches the horizons. The calibration is kept: it forgets the old model's errors within days.
  bool replace_model(std::shared_ptr<const GlobalModel> model);

  // From here on asks this model too, about the sampled VMs only and without letting it be heard, so that accuracy() tells
  // its loss beside that of the model in force (LiveReport::rival_over_model()). nullptr: none any more. False (and nothing
  // changes) unless it has the same step and reaches the horizons.
  bool set_challenger(std::shared_ptr<const GlobalModel> challenger);

  // How good the forecasts have been lately. Of series that move; what is stated as exact has nothing to be judged.
  LiveReport accuracy() const;

 private:
  PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model, Horizons horizons, HeadMap heads);
  struct VmState;
  struct Batch;
  VmState& state_of(VmId vm);
  void push(VmState& vm, const Sample& sample, bool known);
  void begin(Instant origin, VmState& state, Forecast& out);
  const VmSeries& gone_on(const VmState& state, Instant origin);
  void flush(Batch& batch);
  void ask_challenger(Batch& batch);
  void finish(Batch& batch, std::size_t row);
  void forget_witnesses();
  double lean() const;
  void choose_witness(VmState& vm, bool chosen);

  std::shared_ptr<const GlobalModel> model_, challenger_;
  Horizons horizons_;
  std::unique_ptr<HeadMap> heads_, rival_heads_;
  std::unique_ptr<const CalibrationPlan> plan_;
  std::unordered_map<VmId, std::unique_ptr<VmState>> vms_;
  std::unique_ptr<Batch> batch_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<Judgement> judged_;
};

}  // namespace headroom
