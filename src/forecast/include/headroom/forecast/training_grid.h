// Lays a VM's samples on the step grid for training, as the engine lays them for forecasting: a sample belongs to the step
// its interval ends in, a step is the mean of its samples by the time they cover, and one of which less than half is known
// is missing. What was held back keeps its mark, so the features lift it and no target is made of it (train.h).
//
// Only CPU and memory are told their ceiling, as the engine tells them: a model must meet the features it was grown on.
//
// Threads: none inside; one owner. Memory: 32 bytes a step of the window. Errors: none.
#pragma once

#include <memory>
#include <string>

#include "headroom/forecast/train.h"
#include "headroom/model/sample.h"

namespace headroom {

class StepGrid;

class TrainingGrid {
 public:
  // Takes what was measured in [from, to); both are laid on the grid.
  TrainingGrid(Instant from, Instant to, Duration step);
  ~TrainingGrid();
  TrainingGrid(const TrainingGrid&) = delete;
  TrainingGrid& operator=(const TrainingGrid&) = delete;

  void add(const Sample& sample);                 // ascending by time; outside the window it is ignored
  bool empty() const { return first_ < 0; }
  // From its first step with a sample to its last; call it once, not when empty. `ceiling` 0: unknown.
  TrainingVm finish(std::string name, const Resources& ceiling);

 private:
  void lay(const Sample& sample, bool known);

  std::unique_ptr<StepGrid> grid_;
  std::int64_t begin_, steps_;
  Duration step_;
  std::int64_t first_ = -1, last_ = -1;           // of the window's steps, with a sample
  TrainingVm vm_;
};

}  // namespace headroom
