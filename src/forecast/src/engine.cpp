#include "headroom/forecast/engine.h"

#include <algorithm>
#include <cmath>

#include "calibration.h"
#include "headroom/base/check.h"
#include "head_map.h"
#include "headroom/forecast/features.h"
#include "headroom/forecast/step_grid.h"
#include "prior.h"

namespace headroom {
namespace {

constexpr double kMostOfHighest = 1.5;  // a band reaches no further than this times the highest demand seen
constexpr int kStepsUntilHighestCounts = 6 * kStepsPerHour;
constexpr float kMostZ = 20;            // sinh(20) scales is beyond any machine
constexpr double kNextToNothing = 0.05; // scales: a quantile so near to zero is zero

}  // namespace

struct PredictiveLoadEngine::VmState {
  explicit VmState(const CalibrationPlan& plan)
      : calibration{Calibration(plan), Calibration(plan), Calibration(plan), Calibration(plan)} {}

  void push(const Sample& sample, bool known) {
    const std::int64_t step = grid.newest() + 1;
    for (Resource r : kAllResources) {
      const float stalled = known ? sample.stalled[index(r)] : 0;
      const double used = known ? sample.used[index(r)] : std::nan("");
      series[r].push(std::fabs(used) < kMostBelievable ? static_cast<float>(used) : std::nanf(""), stalled,
                     ceiling[index(r)]);
      calibration[index(r)].settle(series[r], step, stalled > 0);
    }
  }

  StepGrid grid;
  VmSeries series;
  std::array<double, kResourceCount> ceiling{};  // base units, 0 = unknown
  std::array<Calibration, kResourceCount> calibration;
};

// Rows on their way through the model together.
struct PredictiveLoadEngine::Batch {
  struct Row {
    VmState* vm;
    Resource resource;
    std::int64_t step;
    std::vector<Outlook>* out;
  };
  std::size_t count = 0;
  std::array<Row, GlobalModel::kBatch> row;
  std::vector<float> features = std::vector<float>(GlobalModel::kBatch * kFeatureCount);
  std::vector<GlobalModel::Quantiles> z;
  GlobalModel::Workspace workspace;
};

namespace {

// Turns the model's quantiles of one series into bands.
class Finisher {
 public:
  Finisher(const Series& series, double ceiling, const Band& prior)
      : prior_(prior), now_(series.now()), scale_(series.scale()) {
    most_ = kMostOfHighest * series.highest_ever() + 4 * scale_;
    // The highest of a few samples says little of what is to come: an hour's peak was above that cap at one birth in nine.
    if (series.valid_in_week() < kStepsUntilHighestCounts) most_ = std::max(most_, static_cast<double>(prior.at.back()));
    if (ceiling > 0) most_ = std::min(most_, std::max(ceiling, static_cast<double>(series.highest_ever())));
    newness_ = std::max(0.0, 1 - series.valid_in_week() / static_cast<double>(kStepsPerHour));
    constant_ = series.constant();
  }

  // z: sorted.
  Band band(const GlobalModel::Quantiles& z) const {
    if (constant_) return Band::certain(now_);
    Band band;
    for (std::size_t l = 0; l < kLevelCount; ++l)
      band.at[l] = static_cast<float>(from_z(std::clamp(z[l], -kMostZ, kMostZ), now_, scale_));
    if (newness_ > 0) widen(band);
    for (float& q : band.at) {
      q = static_cast<float>(std::clamp<double>(q, 0, most_));
      if (q < kNextToNothing * scale_) q = 0;
    }
    band.sort();
    return band;
  }

 private:
  void widen(Band& band) const {
    for (std::size_t l = 0; l < kLevelCount; ++l) {
      const auto other = static_cast<float>(newness_ * prior_.at[l] + (1 - newness_) * band.at[l]);
      band.at[l] = kLevels[l] > 0.5 ? std::max(band.at[l], other) : std::min(band.at[l], other);
    }
  }

  const Band& prior_;
  double now_, scale_, most_, newness_;
  bool constant_;
};

const GlobalModel& known(const std::shared_ptr<const GlobalModel>& model) {
  HEADROOM_CHECK(model != nullptr, "the engine needs a model");
  return *model;
}

}  // namespace

// A model's own horizons always fit it.
PredictiveLoadEngine::PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model)
    : PredictiveLoadEngine(model, known(model).info().horizons(), HeadMap::make(*model, model->info().horizons()).value()) {}

PredictiveLoadEngine::PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model, Horizons horizons, HeadMap heads)
    : model_(std::move(model)), horizons_(std::move(horizons)), heads_(std::make_unique<HeadMap>(std::move(heads))),
      plan_(std::make_unique<CalibrationPlan>(heads_->heads())), batch_(std::make_unique<Batch>()) {
  batch_->z.resize(model_->heads() * GlobalModel::kBatch);
}

PredictiveLoadEngine::~PredictiveLoadEngine() = default;

Result<std::unique_ptr<PredictiveLoadEngine>> PredictiveLoadEngine::make(std::shared_ptr<const GlobalModel> model, Horizons horizons) {
  auto heads = HeadMap::make(known(model), horizons);
  if (!heads) return tl::unexpected(heads.error());
  return std::unique_ptr<PredictiveLoadEngine>(new PredictiveLoadEngine(std::move(model), std::move(horizons), std::move(*heads)));
}

bool PredictiveLoadEngine::replace_model(std::shared_ptr<const GlobalModel> model) {
  if (model == nullptr || model->info().step != model_->info().step) return false;
  auto heads = HeadMap::make(*model, horizons_);
  if (!heads) return false;
  model_ = std::move(model);
  *heads_ = std::move(*heads);
  batch_->z.resize(model_->heads() * GlobalModel::kBatch);
  return true;
}

PredictiveLoadEngine::VmState& PredictiveLoadEngine::state_of(VmId vm) {
  auto& state = vms_[vm];
  if (state == nullptr) state = std::make_unique<VmState>(*plan_);
  return *state;
}

void PredictiveLoadEngine::set_ceiling(VmId vm, const Resources& ceiling) {
  VmState& state = state_of(vm);
  for (Resource r : kAllResources) state.ceiling[index(r)] = static_cast<double>(ceiling[r]);
  // The model is shown a ceiling only where its training had one: no trace tells what a disk or a network could do.
  for (Resource r : {Resource::kCpu, Resource::kMemory}) state.series.ceiling[index(r)] = state.ceiling[index(r)];
}

void PredictiveLoadEngine::observe(const VmSample& sample) {
  VmState& state = state_of(sample.vm);
  state.grid.observe(sample.sample, model_->info().step, [&](const Sample& s, bool known) { state.push(s, known); });
}

void PredictiveLoadEngine::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  batch_->count = 0;
  for (std::size_t i = 0; i < vms.size(); ++i) begin(origin, vms[i], out[i]);
  flush(*batch_);
}

// Closes the VM's step and puts its series into the batch, or answers with the prior at once.
void PredictiveLoadEngine::begin(Instant origin, VmId vm, Forecast& out) {
  VmState& state = state_of(vm);
  const std::int64_t step = StepGrid::step_of(origin, model_->info().step);
  state.grid.close_at(origin, model_->info().step, [&](const Sample& s, bool known) { state.push(s, known); });
  out.vm = vm;
  out.origin = origin;
  out.state = ForecastState::kNone;
  for (Resource r : kAllResources) {
    auto& outlook = out.outlook[index(r)];
    outlook.resize(horizons_.size());
    const Series& series = state.series[r];
    if (!series.has_value()) {
      const Band prior = prior_band(r, state.ceiling[index(r)]);
      std::fill(outlook.begin(), outlook.end(), Outlook{prior, prior});
      continue;
    }
    const bool ready = series.valid_in_week() >= kStepsPerDay;
    if (!ready || out.state == ForecastState::kLearning) out.state = ForecastState::kLearning;
    else out.state = ForecastState::kReady;
    Batch& batch = *batch_;
    compute_features(state.series, r, step, std::span(batch.features).subspan(batch.count * kFeatureCount, kFeatureCount));
    batch.row[batch.count++] = {&state, r, step, &outlook};
    if (batch.count == GlobalModel::kBatch) flush(batch);
  }
}

void PredictiveLoadEngine::flush(Batch& batch) {
  if (batch.count == 0) return;
  model_->predict(std::span(batch.features).first(batch.count * kFeatureCount), batch.workspace, batch.z, heads_->wanted());
  for (std::size_t i = 0; i < batch.count; ++i) {
    const auto& row = batch.row[i];
    const double ceiling = row.vm->ceiling[index(row.resource)];
    const Band prior = prior_band(row.resource, ceiling);
    const Series& series = row.vm->series[row.resource];
    const Finisher finisher(series, ceiling, prior);
    Calibration& calibration = row.vm->calibration[index(row.resource)];
    auto band_of = [&](std::size_t head) {
      GlobalModel::Quantiles z = heads_->quantiles(head, batch.z, i);
      for (std::size_t l = 0; l < kLevelCount; ++l) z[l] += calibration.theta(head, l);
      if (series.steps_since_value() == 0) calibration.issued(head, row.step, series, z);
      std::sort(z.begin(), z.end());
      return finisher.band(z);
    };
    for (std::size_t h = 0; h < horizons_.size(); ++h) {
      Outlook& outlook = (*row.out)[h];
      outlook.value = band_of(heads_->value_head(h));
      const std::size_t peak = heads_->peak_head(h);
      outlook.peak = peak == heads_->value_head(h) ? outlook.value : band_of(peak);
      // The highest of the steps is no lower than the last of them.
      for (std::size_t l = 0; heads_->mixed(peak) && l < kLevelCount; ++l)
        outlook.peak.at[l] = std::max(outlook.peak.at[l], outlook.value.at[l]);
    }
  }
  batch.count = 0;
}

}  // namespace headroom
