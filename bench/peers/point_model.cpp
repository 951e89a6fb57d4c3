#include "point_model.h"

#include <algorithm>
#include <cmath>

namespace headroom::bench {
namespace {

constexpr float kMissing = __builtin_nanf("");

float last_known(std::span<const float> values) {
  for (auto it = values.rbegin(); it != values.rend(); ++it)
    if (!std::isnan(*it)) return *it;
  return 0;
}

}  // namespace

float outcome(std::span<const float> values, std::size_t at, const ScoredTarget& target) {
  const std::size_t end = at + static_cast<std::size_t>(target.steps);
  if (end >= values.size()) return kMissing;
  if (!target.peak) return values[end];
  float highest = 0;
  for (std::size_t i = at + 1; i <= end; ++i) {
    if (std::isnan(values[i])) return kMissing;
    highest = std::max(highest, values[i]);
  }
  return highest;
}

double usual_unit(Resource resource) {
  switch (resource) {
    case Resource::kCpu: return 10;
    case Resource::kMemory: return 1 << 20;
    case Resource::kDisk:
    case Resource::kNetwork: return 1000;
  }
  return 1;
}

struct ErrorBands::SeriesState {
  std::vector<float> values;               // since the first step
  std::vector<std::vector<float>> issued;  // [target]: points of the last origins, a ring of steps + 1
  std::vector<ErrorWindow> errors;         // [target]
};

struct ErrorBands::VmState {
  StepGrid grid;
  std::array<SeriesState, kResourceCount> series;
  std::array<double, kResourceCount> ceiling{};
};

ErrorBands::ErrorBands(std::unique_ptr<PointModel> model, Horizons horizons, Duration step, Instant since)
    : model_(std::move(model)), horizons_(std::move(horizons)), step_(step), since_(since),
      targets_(targets_of(horizons_, step)) {}
ErrorBands::~ErrorBands() = default;

ErrorBands::VmState& ErrorBands::state(VmId vm) {
  auto& found = vms_[vm];
  if (found) return *found;
  found = std::make_unique<VmState>();
  for (SeriesState& series : found->series) {
    for (const ScoredTarget& target : targets_) series.issued.emplace_back(target.steps + 1, kMissing);
    series.errors.resize(targets_.size());
  }
  return *found;
}

void ErrorBands::set_ceiling(VmId vm, const Resources& ceiling) {
  VmState& known = state(vm);
  for (Resource r : kAllResources) known.ceiling[index(r)] = static_cast<double>(ceiling[r]);
}

void ErrorBands::push(VmState& vm, const Sample& closed, bool known) const {
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    SeriesState& series = vm.series[r];
    series.values.push_back(known ? static_cast<float>(closed.used[r]) : kMissing);
    const std::size_t newest = series.values.size() - 1;
    for (std::size_t k = 0; k < targets_.size(); ++k) {
      const auto steps = static_cast<std::size_t>(targets_[k].steps);
      std::vector<float>& issued = series.issued[k];
      const float point = newest < steps ? kMissing : issued[(newest - steps) % issued.size()];
      if (newest >= steps) series.errors[k].push(outcome(series.values, newest - steps, targets_[k]) - point);
      issued[newest % issued.size()] = kMissing;
    }
  }
}

void ErrorBands::observe(const VmSample& sample) {
  VmState& vm = state(sample.vm);
  vm.grid.observe(sample.sample, step_, [&](const Sample& closed, bool known) { push(vm, closed, known); });
}

void ErrorBands::forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) {
  out.resize(vms.size());
  const std::int64_t step = StepGrid::step_of(origin, step_);
  std::vector<Past> past;
  for (VmId id : vms) {
    VmState& vm = state(id);
    vm.grid.close_at(origin, step_, [&](const Sample& closed, bool known) { push(vm, closed, known); });
    for (Resource r : kAllResources)
      past.push_back({id.value() * kResourceCount + index(r), r, step, vm.series[index(r)].values});
  }
  std::vector<float> points(past.size() * targets_.size(), kMissing);
  if (origin >= since_) model_->points(past, points);
  const std::size_t vm_points = kResourceCount * targets_.size();
  for (std::size_t i = 0; i < vms.size(); ++i) {
    VmState& vm = state(vms[i]);
    out[i].vm = vms[i];
    out[i].origin = origin;
    out[i].state = vm.grid.begun() ? ForecastState::kReady : ForecastState::kNone;
    const std::span<const float> own = std::span(points).subspan(i * vm_points, vm_points);
    for (std::size_t r = 0; r < kResourceCount; ++r) {
      SeriesState& series = vm.series[r];
      for (std::size_t k = 0; k < targets_.size() && !series.values.empty(); ++k)
        series.issued[k][(series.values.size() - 1) % series.issued[k].size()] = own[r * targets_.size() + k];
    }
    fill(vm, own, out[i]);
  }
}

void ErrorBands::fill(const VmState& vm, std::span<const float> points, Forecast& out) const {
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    const SeriesState& series = vm.series[r];
    const double cap = vm.ceiling[r] > 0 ? vm.ceiling[r] : 1e30;
    auto band = [&](std::size_t k) {
      const float point = points[r * targets_.size() + k];
      if (std::isnan(point)) return Band::certain(last_known(series.values));
      return series.errors[k].around(point, cap);
    };
    out.outlook[r].resize(horizons_.size());
    for (std::size_t h = 0; h < horizons_.size(); ++h) out.outlook[r][h].value = out.outlook[r][h].peak = band(h);
    out.outlook[r].back().peak = band(horizons_.size());
  }
}

}  // namespace headroom::bench
