#include "headroom/forecast/engine.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fallback.h"
#include "headroom/base/check.h"
#include "head_map.h"
#include "headroom/forecast/features.h"
#include "headroom/forecast/step_grid.h"
#include "ledger.h"
#include "prior.h"

namespace headroom {
namespace {

constexpr double kMostOfHighest = 1.5;  // a band reaches no further than this times the highest demand seen
constexpr int kStepsUntilHighestCounts = 6 * kStepsPerHour;
constexpr float kMostZ = 20;            // sinh(20) scales is beyond any machine
constexpr std::int64_t kNotToBeJudged = -1;  // as the origin of a forecast in between
constexpr float kLeastExcess = 0.001F;  // a choice is kept for an epoch; 0 would say that it is the model that speaks

}  // namespace

struct PredictiveLoadEngine::VmState {
  VmState(const CalibrationPlan& plan, const Fallback& fresh)
      : calibration{Calibration(plan), Calibration(plan), Calibration(plan), Calibration(plan)},
        fallback{fresh, fresh, fresh, fresh} {}

  StepGrid grid;
  VmSeries series;
  std::array<double, kResourceCount> ceiling{};  // base units, 0 = unknown
  std::array<double, kResourceCount> limit{};    // the same
  std::int64_t forecast_from = -1;               // the step of the newest forecast
  std::array<Calibration, kResourceCount> calibration;
  std::array<Fallback, kResourceCount> fallback;
  std::unique_ptr<std::array<Witness, kResourceCount>> witness;  // of a sampled VM
};

// Rows on their way through the model together.
struct PredictiveLoadEngine::Batch {
  struct Row {
    VmState* vm;
    const VmSeries* series;   // the VM's own, or as it has gone on since
    Resource resource;
    std::int64_t step;
    bool between;             // the step was forecast from before: this is not judged
    std::vector<Outlook>* out;
  };
  std::size_t count = 0;
  std::array<Row, GlobalModel::kBatch> row;
  std::vector<float> features = std::vector<float>(GlobalModel::kBatch * kFeatureCount);
  std::vector<GlobalModel::Quantiles> z;
  GlobalModel::Workspace workspace;
  // Of the sampled VMs' rows, moved together: what the challenger is asked, and where each row went (-1: nowhere).
  std::vector<float> rival_features = std::vector<float>(GlobalModel::kBatch * kFeatureCount);
  std::vector<GlobalModel::Quantiles> rival_z;
  std::array<int, GlobalModel::kBatch> rival_row;
  // Of VMs whose step was forecast from before: their series as they have gone on since. One a VM in the batch, and one more for a
  // VM whose rows a full batch has parted.
  std::vector<VmSeries> gone_on;
};

namespace {

// Turns the model's quantiles of one series into bands.
class Finisher {
 public:
  // nothing: Series::next_to_nothing().
  Finisher(const Series& series, double ceiling, double nothing, const Band& prior)
      : prior_(prior), now_(series.now()), scale_(series.scale()), nothing_(nothing) {
    most_ = kMostOfHighest * series.highest_ever() + 4 * scale_;
    // The highest of a few samples says little of what is to come: an hour's peak was above that cap at one birth in nine.
    if (series.valid_in_week() < kStepsUntilHighestCounts) most_ = std::max(most_, static_cast<double>(prior.at.back()));
    if (ceiling > 0) most_ = std::min(most_, std::max(ceiling, static_cast<double>(series.highest_ever())));
    newness_ = std::max(0.0, 1 - series.valid_in_week() / static_cast<double>(kStepsPerHour));
    constant_ = series.constant();
  }

  // z: as_given().
  Band band(const GlobalModel::Quantiles& z) const {
    if (constant_) return Band::certain(now_);
    Band band;
    for (std::size_t l = 0; l < kLevelCount; ++l)
      band.at[l] = static_cast<float>(from_z(std::clamp(z[l], -kMostZ, kMostZ), now_, scale_));
    if (newness_ > 0) widen(band);
    for (float& q : band.at) {
      q = static_cast<float>(std::clamp<double>(q, 0, most_));
      if (q < nothing_) q = 0;
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
  double now_, scale_, nothing_, most_, newness_;
  bool constant_;
};

const GlobalModel& known(const std::shared_ptr<const GlobalModel>& model) {
  HEADROOM_CHECK(model != nullptr, "the engine needs a model");
  return *model;
}

// What a model says of each head while it knows nothing.
std::vector<GlobalModel::Quantiles> unconditional(const GlobalModel& model, const HeadMap& map) {
  std::vector<GlobalModel::Quantiles> z(model.heads() * GlobalModel::kBatch), by_head;
  for (std::size_t h = 0; h < model.heads(); ++h) z[h * GlobalModel::kBatch] = model.unconditional(h);
  for (std::size_t h = 0; h < map.heads().size(); ++h) by_head.push_back(map.quantiles(h, z, 0));
  return by_head;
}

}  // namespace

// A model's own horizons always fit it.
PredictiveLoadEngine::PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model)
    : PredictiveLoadEngine(model, known(model).info().horizons(), HeadMap::make(*model, model->info().horizons()).value()) {}

PredictiveLoadEngine::PredictiveLoadEngine(std::shared_ptr<const GlobalModel> model, Horizons horizons, HeadMap heads)
    : model_(std::move(model)), horizons_(std::move(horizons)), heads_(std::make_unique<HeadMap>(std::move(heads))),
      plan_(std::make_unique<CalibrationPlan>(heads_->heads())), batch_(std::make_unique<Batch>()) {
  batch_->z.resize(model_->heads() * GlobalModel::kBatch);
  ledger_ = std::make_unique<Ledger>(heads_->heads(), model_->info().step, unconditional(*model_, *heads_));
  judged_.reserve(heads_->heads().size());
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
  ledger_->use(unconditional(*model_, *heads_));
  forget_witnesses();
  return true;
}

bool PredictiveLoadEngine::set_challenger(std::shared_ptr<const GlobalModel> challenger) {
  if (challenger != nullptr) {
    if (challenger->info().step != model_->info().step) return false;
    auto heads = HeadMap::make(*challenger, horizons_);
    if (!heads) return false;
    rival_heads_ = std::make_unique<HeadMap>(std::move(*heads));
  }
  challenger_ = std::move(challenger);
  batch_->rival_z.resize(challenger_ ? challenger_->heads() * GlobalModel::kBatch : 0);
  ledger_->another_rival();
  forget_witnesses();
  return true;
}

// What one model said is not to be counted as another's.
void PredictiveLoadEngine::forget_witnesses() {
  for (auto& [vm, state] : vms_)
    if (state->witness)
      for (Witness& witness : *state->witness) witness.forget();
}

PredictiveLoadEngine::VmState& PredictiveLoadEngine::state_of(VmId vm) {
  auto& state = vms_[vm];
  if (state == nullptr) state = std::make_unique<VmState>(*plan_, Fallback(heads_->heads(), ledger_->base()));
  return *state;
}

void PredictiveLoadEngine::set_ceiling(VmId vm, const Resources& ceiling) {
  VmState& state = state_of(vm);
  for (Resource r : kAllResources) state.ceiling[index(r)] = static_cast<double>(ceiling[r]);
  // The model is shown a ceiling only where its training had one: no trace tells what a disk or a network could do.
  for (Resource r : {Resource::kCpu, Resource::kMemory}) state.series.ceiling[index(r)] = state.ceiling[index(r)];
}

void PredictiveLoadEngine::set_limit(VmId vm, const Resources& limit) {
  VmState& state = state_of(vm);
  for (Resource r : kAllResources) state.limit[index(r)] = static_cast<double>(limit[r]);
}

// Closes a step of the VM, known or not: the forecasts that were about it are judged.
void PredictiveLoadEngine::push(VmState& vm, const Sample& sample, bool known) {
  const std::int64_t step = vm.grid.newest() + 1;
  for (Resource r : kAllResources) {
    const float stalled = known ? sample.stalled[index(r)] : 0;
    const double used = known ? sample.used[index(r)] : std::nan("");
    Series& series = vm.series[r];
    series.push(std::fabs(used) < kMostBelievable ? static_cast<float>(used) : std::nanf(""), stalled, vm.ceiling[index(r)]);
    judged_.clear();
    vm.calibration[index(r)].settle(series, step, stalled > 0, judged_);
    if (series.constant()) judged_.clear();
    for (Judgement& judgement : judged_) vm.fallback[index(r)].judge(judgement);
    ledger_->enter(r, step, judged_, vm.witness ? &(*vm.witness)[index(r)] : nullptr);
  }
}

LiveReport PredictiveLoadEngine::accuracy() const {
  LiveReport report = ledger_->report();
  report.lean = lean();
  return report;
}

double PredictiveLoadEngine::lean() const {
  double sum = 0, count = 0;
  for (const auto& [vm, state] : vms_) {
    if (!state->witness) continue;
    for (Resource r : kAllResources) {
      if (state->series[r].constant()) continue;
      for (std::size_t h = 0; h < heads_->heads().size(); ++h)
        for (std::size_t l = 0; l < kLevelCount; ++l) sum += std::fabs(static_cast<double>(state->calibration[index(r)].theta(h, l))), ++count;
    }
  }
  return count > 0 ? sum / count : 0;
}

void PredictiveLoadEngine::observe(const VmSample& sample) {
  VmState& state = state_of(sample.vm);
  state.grid.observe(sample.sample, model_->info().step, [&](const Sample& s, bool known) { push(state, s, known); });
}

void PredictiveLoadEngine::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  batch_->count = 0;
  std::size_t witnesses = 0;
  for (std::size_t i = 0; i < vms.size(); ++i) {
    const bool chosen = witnesses < kMostWitnesses && is_witness(vms[i], std::max(vms.size(), vms_.size()));
    witnesses += chosen ? 1 : 0;
    VmState& state = state_of(vms[i]);
    choose_witness(state, chosen);
    out[i].vm = vms[i];
    begin(origin, state, out[i]);
  }
  flush(*batch_);
}

void PredictiveLoadEngine::choose_witness(VmState& vm, bool chosen) {
  if (chosen == (vm.witness != nullptr)) return;
  vm.witness.reset();
  if (!chosen) return;
  const Witness fresh(heads_->heads());
  vm.witness = std::make_unique<std::array<Witness, kResourceCount>>(std::array{fresh, fresh, fresh, fresh});
}

// Closes the VM's step and puts its series into the batch, or answers with the prior at once.
void PredictiveLoadEngine::begin(Instant origin, VmState& state, Forecast& out) {
  const std::int64_t step = StepGrid::step_of(origin, model_->info().step);
  state.grid.close_at(origin, model_->info().step, [&](const Sample& s, bool known) { push(state, s, known); });
  const bool between = std::exchange(state.forecast_from, step) == step;
  const VmSeries& all = between ? gone_on(state, origin) : state.series;
  out.origin = origin;
  out.state = ForecastState::kNone;
  for (Resource r : kAllResources) {
    auto& outlook = out.outlook[index(r)];
    outlook.resize(horizons_.size());
    const Series& series = all[r];
    if (!series.has_value()) {
      const Band prior = prior_band(r, state.ceiling[index(r)]);
      std::fill(outlook.begin(), outlook.end(), Outlook{prior, prior});
      continue;
    }
    const bool ready = series.valid_in_week() >= kStepsPerDay;
    if (!ready || out.state == ForecastState::kLearning) out.state = ForecastState::kLearning;
    else out.state = ForecastState::kReady;
    Batch& batch = *batch_;
    compute_features(all, r, step, std::span(batch.features).subspan(batch.count * kFeatureCount, kFeatureCount));
    batch.row[batch.count++] = {&state, &all, r, step, between, &outlook};
    if (batch.count == GlobalModel::kBatch) flush(batch);
  }
}

// Within a step that was forecast from before, what has come since counts too: the newest step is then the time of a step that ends
// now. It is a guess at what the grid will hold, so it is made on a copy, and nothing is learnt from it.
const VmSeries& PredictiveLoadEngine::gone_on(const VmState& state, Instant origin) {
  const auto since = state.grid.since(origin, model_->info().step);
  if (!since) return state.series;
  std::vector<VmSeries>& copies = batch_->gone_on;
  if (batch_->count == 0) copies.clear();
  copies.reserve(GlobalModel::kBatch + 1);  // rows point into it
  VmSeries& copy = copies.emplace_back(state.series);
  for (Resource r : kAllResources) {
    const double used = since->mean.used[index(r)];
    const float believable = std::fabs(used) < kMostBelievable ? static_cast<float>(used) : std::nanf("");
    copy[r].go_on(believable, since->share, since->mean.stalled[index(r)], state.ceiling[index(r)]);
  }
  return copy;
}

void PredictiveLoadEngine::flush(Batch& batch) {
  if (batch.count == 0) return;
  model_->predict(std::span(batch.features).first(batch.count * kFeatureCount), batch.workspace, batch.z, heads_->wanted());
  ask_challenger(batch);
  for (std::size_t i = 0; i < batch.count; ++i) finish(batch, i);
  batch.count = 0;
}

void PredictiveLoadEngine::ask_challenger(Batch& batch) {
  batch.rival_row.fill(-1);
  if (!challenger_) return;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < batch.count; ++i) {
    if (!batch.row[i].vm->witness) continue;
    std::copy_n(&batch.features[i * kFeatureCount], kFeatureCount, &batch.rival_features[rows * kFeatureCount]);
    batch.rival_row[i] = static_cast<int>(rows++);
  }
  if (rows == 0) return;
  challenger_->predict(std::span(batch.rival_features).first(rows * kFeatureCount), batch.workspace, batch.rival_z,
                       rival_heads_->wanted());
}

// Makes the outlook of one row of the batch.
void PredictiveLoadEngine::finish(Batch& batch, std::size_t i) {
  const auto& row = batch.row[i];
  const std::size_t r = index(row.resource);
  const double ceiling = row.vm->ceiling[r], limit = row.vm->limit[r] > 0 ? row.vm->limit[r] : ceiling;
  const Band prior = prior_band(row.resource, ceiling);
  const Series& series = (*row.series)[row.resource];
  const double nothing = series.next_to_nothing();
  const Finisher finisher(series, ceiling, nothing, prior);
  const Ground ground = Ground::of(series.now(), series.scale(), nothing);
  Calibration& calibration = row.vm->calibration[r];
  Fallback& fallback = row.vm->fallback[r];
  Witness* const witness = row.vm->witness ? &(*row.vm->witness)[r] : nullptr;
  auto band_of = [&](std::size_t head, bool peak, float& excess) {
    const GlobalModel::Quantiles model = heads_->quantiles(head, batch.z, i);
    auto [z, judged] = calibration.give(head, row.between ? kNotToBeJudged : row.step, series, ground, model);
    const bool falls_back = fallback.chosen(head, row.step);
    excess = falls_back ? std::max(fallback.excess(head), kLeastExcess) : 0;
    if (falls_back) z = as_given(fallback.quantiles(head), ground);
    const Band band = finisher.band(z);
    if (judged && witness) {
      Said said{row.step, model, {}, 0, 0, peak && limit > 0, batch.rival_row[i] >= 0};
      if (said.has_rival) said.rival = rival_heads_->quantiles(head, batch.rival_z, static_cast<std::size_t>(batch.rival_row[i]));
      if (said.has_limit) {
        said.limit = to_z(limit, series.now(), series.scale());
        said.chance = static_cast<float>(band.exceedance(limit));
      }
      witness->note(head, said);
    }
    return band;
  };
  for (std::size_t h = 0; h < horizons_.size(); ++h) {
    Outlook& outlook = (*row.out)[h];
    const std::size_t value = heads_->value_head(h), peak = heads_->peak_head(h);
    outlook.value = band_of(value, peak == value, outlook.value_fallback);
    outlook.peak = outlook.value;
    outlook.peak_fallback = outlook.value_fallback;
    if (peak != value) outlook.peak = band_of(peak, true, outlook.peak_fallback);
    // The highest of the steps is no lower than the last of them.
    for (std::size_t l = 0; heads_->mixed(peak) && l < kLevelCount; ++l)
      outlook.peak.at[l] = std::max(outlook.peak.at[l], outlook.value.at[l]);
  }
}

}  // namespace headroom
