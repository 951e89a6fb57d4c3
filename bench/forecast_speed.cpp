#include "forecast_speed.h"

#include <fmt/format.h>
#include <malloc.h>

#include "forecast_accuracy.h"
#include "headroom/forecast/baselines.h"
#include "headroom/forecast/engine.h"
#include "reports.h"

namespace headroom::bench {
namespace {

constexpr int kVms = 1000;                // about
constexpr double kScaledTo = 100'000;
constexpr int kWarmUp = kStepsPerWeek;    // so that what is kept of a series is full
constexpr int kCounted = kStepsPerHour;
constexpr int kLastDay = kWarmUp - kStepsPerDay, kLastHour = kWarmUp - kStepsPerHour;
constexpr Instant kStart = instant_from_epoch_seconds(1'377'000'000);  // any

struct Cost {
  double cpu_s_a_step = 0, bytes_a_series = 0;
};

class Run {
 public:
  Run(const Reports& reports, Forecaster& forecaster) : reports_(reports), forecaster_(forecaster) {
    for (std::size_t i = 0; i < reports.uuids().size(); ++i) {
      ids_.emplace_back(static_cast<std::uint32_t>(i));
      const VmTrace& vm = reports.trace_of(i);
      const double memory = vm.memory_provision.empty() ? 0 : static_cast<double>(vm.memory_provision.back());
      forecaster.set_ceiling(ids_.back(), Resources(MilliCores(1000 * vm.cores), Bytes(static_cast<std::int64_t>(memory))));
    }
  }
  // A week of samples. The last day's forecasts, one an hour and then one a step, give the calibration something to judge.
  void warm_up() {
    for (int step = 0; step < kWarmUp; ++step) {
      observe(step);
      if (step >= kLastHour || (step >= kLastDay && step % kStepsPerHour == 0)) forecast(step);
    }
  }
  double cpu_s_a_step() {
    double spent = 0;
    for (int step = kWarmUp; step < kWarmUp + kCounted; ++step) {
      reports_.at(step, samples_);
      const double started = cpu_seconds();
      for (const VmSample& sample : samples_) forecaster_.observe(sample);
      forecast(step);
      spent += cpu_seconds() - started;
    }
    return spent / kCounted;
  }
  void forget_answers() { answers_ = {}, samples_ = {}; }

 private:
  void observe(int step) {
    reports_.at(step, samples_);
    for (const VmSample& sample : samples_) forecaster_.observe(sample);
  }
  void forecast(int step) { forecaster_.forecast(reports_.time_of(step), ids_, answers_); }

  const Reports& reports_;
  Forecaster& forecaster_;
  std::vector<VmId> ids_;
  std::vector<VmSample> samples_;
  std::vector<Forecast> answers_;
};

template <class Make>
Cost cost_of(const Reports& reports, const Make& make) {
  malloc_trim(0);
  const double before = resident_mib();
  const std::unique_ptr<Forecaster> forecaster = make();
  Run run(reports, *forecaster);
  run.warm_up();
  run.forget_answers();
  malloc_trim(0);
  Cost cost;
  cost.bytes_a_series = (resident_mib() - before) * (1 << 20) / static_cast<double>(reports.uuids().size() * kResourceCount);
  cost.cpu_s_a_step = run.cpu_s_a_step();
  return cost;
}

}  // namespace

ForecastSpeed forecast_speed(const Setting& setting, const Fleet& fleet, std::shared_ptr<const GlobalModel> model) {
  const int copies = kVms / static_cast<int>(fleet.vms.size()) + 1;
  const Reports reports(fleet, copies, setting.seed, kStart, fleet.step);
  const Horizons& horizons = compared_horizons();
  const Cost ours = cost_of(reports, [&] { return PredictiveLoadEngine::make(model, horizons).value(); });
  const Cost naive = cost_of(reports, [&] {
    return std::make_unique<ErrorQuantile>(ErrorQuantile::Anchor::kLast, horizons, fleet.step);
  });
  const auto vms = static_cast<double>(reports.uuids().size());
  const std::string step =
      fmt::format("CPU s a step of 100,000 VMs x 4 resources x {} horizons, value and peak (scaled up from {} VMs)",
                  horizons.size(), reports.uuids().size());
  const double scale = kScaledTo / vms;
  return {{{"step_100000_vms", step, ours.cpu_s_a_step * scale, {{"naive-RE", naive.cpu_s_a_step * scale}}},
           {"state", "bytes resident a series after a week", ours.bytes_a_series, {{"naive-RE", naive.bytes_a_series}}}},
          {vms * kResourceCount / ours.cpu_s_a_step, vms * kResourceCount / naive.cpu_s_a_step}};
}

}  // namespace headroom::bench
