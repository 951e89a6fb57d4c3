#include "headroom/forecast/engine.h"

#include <algorithm>
#include <cmath>

#include "calibration.h"
#include "headroom/base/check.h"
#include "headroom/forecast/features.h"
#include "rows.h"
#include "step_grid.h"

namespace headroom {
namespace {

constexpr float kMissing = __builtin_nanf("");
constexpr double kBeyondRecord = 1.5;  // nothing is forecast beyond this times the highest ever seen, plus a few scales
constexpr double kBeyondScales = 3;

// Nothing is known but the ceiling: demand may be anywhere below it.
Band prior(double ceiling) {
  Band band;
  for (std::size_t i = 0; i < kLevelCount; ++i) band.at[i] = static_cast<float>(kLevels[i] * ceiling);
  return band;
}

double cap_of(const Series& series, double ceiling) {
  const double record = kBeyondRecord * series.highest_ever() + kBeyondScales * series.scale();
  return ceiling > 0 ? std::min(ceiling, record) : record;
}

Band to_band(const ZBand& z, const Series& series, double cap) {
  Band band;
  for (std::size_t i = 0; i < kLevelCount; ++i)
    band.at[i] = static_cast<float>(std::clamp(from_z(z[i], series.now(), series.scale()), 0.0, std::max(cap, 0.0)));
  return band;
}

}  // namespace

struct PredictiveLoadEngine::VmState {
  explicit VmState(std::size_t heads)
      : calibration{Calibration(heads), Calibration(heads), Calibration(heads), Calibration(heads)} {}
  void push(const Sample& closed, bool known) {
    for (Resource r : kAllResources)
      series[r].push(known ? static_cast<float>(closed.used[index(r)]) : kMissing, closed.stalled[index(r)]);
  }
  StepGrid grid;
  VmSeries series;
  std::array<double, kResourceCount> cap{};  // 0 = unknown
  std::array<Calibration, kResourceCount> calibration;
};

// Rows on their way through the model.
struct PredictiveLoadEngine::Batch {
  struct Row {
    VmState* vm;
    std::size_t out;
    std::size_t resource;
  };
  std::vector<Row> rows;
  std::vector<float> features;
  std::vector<ZBand> z;
};

PredictiveLoadEngine::PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model)
    : model_(std::move(model)), step_(model_->info().step) {
  for (int steps : model_->info().horizon_steps) horizons_.push_back(step_ * steps);
}
PredictiveLoadEngine::~PredictiveLoadEngine() = default;

bool PredictiveLoadEngine::replace_model(std::shared_ptr<const GlobalModel> model) {
  if (model->info().step != step_ || model->info().horizon_steps != model_->info().horizon_steps) return false;
  model_ = std::move(model);
  return true;
}

PredictiveLoadEngine::VmState& PredictiveLoadEngine::state(VmId vm) {
  auto& found = vms_[vm];
  if (!found) found = std::make_unique<VmState>(model_->heads());
  return *found;
}

void PredictiveLoadEngine::set_ceiling(VmId vm, const Resources& ceiling) {
  VmState& known = state(vm);
  for (Resource r : kAllResources) known.cap[index(r)] = static_cast<double>(ceiling[r]);
  // The model is shown a ceiling only where its training had one: no trace tells what a disk or a network could do.
  for (Resource r : {Resource::kCpu, Resource::kMemory}) known.series.ceiling[index(r)] = known.cap[index(r)];
}

void PredictiveLoadEngine::observe(const VmSample& s) {
  VmState& vm = state(s.vm);
  vm.grid.observe(s.sample, step_, [&](const Sample& closed, bool known) { vm.push(closed, known); });
}

// Closes steps one at a time so that each truth is learnt from once, at the step it became known.
void PredictiveLoadEngine::close_steps(VmState& vm, std::int64_t until) {
  vm.grid.close_until(until, [&](const Sample& closed, bool known) { vm.push(closed, known); });
  const std::vector<Head> heads = heads_of(model_->info().horizon_steps);
  for (std::size_t k = 0; k < kResourceCount; ++k)
    for (std::size_t h = 0; h < heads.size(); ++h)
      vm.calibration[k].learn(h, heads[h], vm.series.of[k], until - 1);
}

void PredictiveLoadEngine::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  const std::int64_t step = StepGrid::step_of(origin, step_);
  Batch batch;
  batch.z.resize(model_->heads() * GlobalModel::kBatch);
  for (std::size_t i = 0; i < vms.size(); ++i) {
    VmState& vm = state(vms[i]);
    close_steps(vm, step + 1);
    out[i].vm = vms[i];
    out[i].origin = origin;
    const bool begun = std::any_of(vm.series.of.begin(), vm.series.of.end(), [](const Series& s) { return s.has_value(); });
    const bool a_day = vm.series[Resource::kCpu].valid_in_week() >= kStepsPerDay ||
                       vm.series[Resource::kMemory].valid_in_week() >= kStepsPerDay;
    out[i].state = !begun ? ForecastState::kNone : a_day ? ForecastState::kReady : ForecastState::kLearning;
    for (std::size_t k = 0; k < kResourceCount; ++k) {
      const Series& series = vm.series.of[k];
      auto& outlook = out[i].outlook[k];
      outlook.resize(horizons_.size());
      if (!series.has_value() || series.constant()) {
        const Band band = series.has_value() ? Band::certain(series.now()) : prior(vm.cap[k]);
        std::fill(outlook.begin(), outlook.end(), Outlook{band, band});
        continue;
      }
      batch.rows.push_back({&vm, i, k});
      batch.features.resize(batch.rows.size() * kFeatureCount);
      compute_features(vm.series, kAllResources[k], step, std::span(batch.features).last(kFeatureCount));
      if (batch.rows.size() == GlobalModel::kBatch) flush(batch, out);
    }
  }
  if (!batch.rows.empty()) flush(batch, out);
}

void PredictiveLoadEngine::flush(Batch& batch, std::vector<Forecast>& out) {
  model_->predict(batch.features, workspace_, batch.z);
  const std::vector<Head> heads = heads_of(model_->info().horizon_steps);
  for (std::size_t row = 0; row < batch.rows.size(); ++row) {
    const auto& [vm, i, k] = batch.rows[row];
    const Series& series = vm->series.of[k];
    const double cap = cap_of(series, vm->cap[k]);
    for (std::size_t h = 0; h < heads.size(); ++h) {
      ZBand& z = batch.z[h * GlobalModel::kBatch + row];
      vm->calibration[k].apply(h, z);
      vm->calibration[k].said(h, heads[h], series, vm->grid.newest(), z);
    }
    for (std::size_t h = 0; h < horizons_.size(); ++h) {
      out[i].outlook[k][h].value = to_band(batch.z[model_->value_head(h) * GlobalModel::kBatch + row], series, cap);
      out[i].outlook[k][h].peak = to_band(batch.z[model_->peak_head(h) * GlobalModel::kBatch + row], series, cap);
    }
  }
  batch.rows.clear();
  batch.features.clear();
}

}  // namespace headroom
