// The Predictive Load Engine: the global model's quantiles, made right for each series by online calibration, capped by
// what the VM can ever be given.
//
//   auto model = GlobalModel::load("models/ple.model");
//   PredictiveLoadEngine engine(*model);
//   engine.observe(sample); ...; engine.forecast(now, vms, forecasts);
//
// A VM without samples gets the prior "anything up to its ceiling", state none; with less than a day of samples the
// model's bands for short histories, state learning. A series that never moved gets an exact band. The model can be
// replaced at any time by one of the same step and horizons; calibration goes on.
//
// State: about 60 KB a VM. Speed: a few microseconds a series and origin for all horizons. Threads, errors: as
// forecaster.h says.
#pragma once

#include <map>
#include <memory>

#include "headroom/forecast/forecaster.h"
#include "headroom/forecast/global_model.h"

namespace headroom {

class PredictiveLoadEngine final : public Forecaster {
 public:
  explicit PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model);
  ~PredictiveLoadEngine() override;

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId vm, const Resources& ceiling) override;
  void observe(const VmSample& sample) override;
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

  // False, and nothing changes, when step or horizons differ.
  bool replace_model(std::shared_ptr<const GlobalModel> model);

 private:
  struct VmState;
  struct Batch;
  VmState& state(VmId vm);
  void close_steps(VmState& vm, std::int64_t until);
  void flush(Batch& batch, std::vector<Forecast>& out);

  std::shared_ptr<const GlobalModel> model_;
  Horizons horizons_;
  Duration step_;
  std::map<VmId, std::unique_ptr<VmState>> vms_;
  GlobalModel::Workspace workspace_;
};

}  // namespace headroom
