// A peer that says one number for each target, and how it is made to say bands: its own errors of the last seven days
// around the number, as naive-RE has them around the last value. So what differs between such peers is the number alone.
//
// A model sees of a series what was known at the origin and nothing else. Threads: one caller. Errors: none.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "headroom/accuracy/truth.h"
#include "headroom/forecast/error_window.h"
#include "headroom/forecast/forecaster.h"
#include "headroom/forecast/step_grid.h"

namespace headroom::bench {

// What came of a target of the origin `at` places after the beginning of `values`; NaN when a step of it is unknown.
float outcome(std::span<const float> values, std::size_t at, const ScoredTarget& target);

// A series up to an origin.
struct Past {
  std::size_t series = 0;         // a number that stays the same
  Resource resource = Resource::kCpu;
  std::int64_t step = 0;          // of the newest value, since 1970
  std::span<const float> values;  // base units, one a step, the newest last; NaN where missing
};
// Base units of what people count the resource in: 1 % of a core, 1 MiB, 1 KB/s.
double usual_unit(Resource resource);

class PointModel {
 public:
  virtual ~PointModel() = default;
  // points[i * targets + k] is what it says of target k of past[i]; NaN when it cannot tell.
  virtual void points(std::span<const Past> past, std::span<float> points) = 0;
};

// It forecasts the targets_of() its horizons; the peak of a shorter horizon is not asked of it and repeats the value.
class ErrorBands final : public Forecaster {
 public:
  // Before `since` the model is not asked and nothing is learnt from errors: a band is the last value.
  ErrorBands(std::unique_ptr<PointModel> model, Horizons horizons, Duration step, Instant since);
  ~ErrorBands() override;

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId vm, const Resources& ceiling) override;
  void observe(const VmSample& sample) override;
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override;

 private:
  struct SeriesState;
  struct VmState;
  VmState& state(VmId vm);
  void push(VmState& vm, const Sample& closed, bool known) const;
  void fill(const VmState& vm, std::span<const float> points, Forecast& out) const;

  std::unique_ptr<PointModel> model_;
  Horizons horizons_;
  Duration step_;
  Instant since_;
  std::vector<ScoredTarget> targets_;
  std::map<VmId, std::unique_ptr<VmState>> vms_;
};

}  // namespace headroom::bench
