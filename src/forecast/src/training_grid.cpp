#include "headroom/forecast/training_grid.h"

#include <cmath>

#include "headroom/base/check.h"
#include "headroom/forecast/step_grid.h"

namespace headroom {

TrainingGrid::TrainingGrid(Instant from, Instant to, Duration step)
    : grid_(std::make_unique<StepGrid>()), begin_(from.time_since_epoch() / step), steps_(std::max<std::int64_t>(0, to.time_since_epoch() / step - begin_)), step_(step) {
  for (std::size_t k = 0; k < kResourceCount; ++k) {
    vm_.demand[k].assign(static_cast<std::size_t>(steps_), std::nanf(""));
    vm_.stalled[k].assign(static_cast<std::size_t>(steps_), 0);
  }
}

TrainingGrid::~TrainingGrid() = default;

void TrainingGrid::add(const Sample& sample) {
  const std::int64_t step = StepGrid::step_of(sample.at, step_) - begin_;
  if (step < 0 || step >= steps_) return;
  if (first_ < 0) first_ = step;
  last_ = std::max(last_, step);
  grid_->observe(sample, step_, [this](const Sample& s, bool known) { lay(s, known); });
}

void TrainingGrid::lay(const Sample& sample, bool known) {
  if (!known) return;
  const auto step = static_cast<std::size_t>(grid_->newest() + 1 - begin_);
  for (std::size_t k = 0; k < kResourceCount; ++k) {
    const bool sane = std::fabs(sample.used[k]) < kMostBelievable;
    vm_.demand[k][step] = sane ? static_cast<float>(sample.used[k]) : std::nanf("");
    vm_.stalled[k][step] = sample.stalled[k];
  }
}

TrainingVm TrainingGrid::finish(std::string name, const Resources& ceiling) {
  HEADROOM_CHECK(!empty(), "a VM without samples teaches nothing");
  grid_->close_at(Instant((begin_ + last_ + 1) * step_), step_, [this](const Sample& s, bool known) { lay(s, known); });
  vm_.name = std::move(name);
  vm_.start = Instant((begin_ + first_) * step_);
  for (auto* values : {&vm_.demand, &vm_.stalled})
    for (std::vector<float>& v : *values) {
      v.resize(static_cast<std::size_t>(last_ + 1));
      v.erase(v.begin(), v.begin() + first_);
    }
  for (Resource r : {Resource::kCpu, Resource::kMemory}) vm_.ceiling[index(r)] = static_cast<double>(ceiling[r]);
  return std::move(vm_);
}

}  // namespace headroom
