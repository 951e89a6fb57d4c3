// Grows a GlobalModel from the history of a fleet.
//
// Method: rows are sampled from all series of the training window (each series is streamed once through the same
// feature code that forecasts use); for each head, XGBoost grows trees on custom pinball gradients, the level cycling
// over the trees, and every leaf is refitted to the residuals' quantiles at all levels. Residual refit as in
// Friedman (2001), "Greedy function approximation", LAD boosting, taken to the levels of band.h. A small net is trained
// on the same rows for all heads at once, and the quantiles of both are averaged: the two err differently.
//
// No look-ahead: origins and targets lie in [from, to); the last tenth (at most two days) is held out, and no training
// target reaches into it. Of every second VM it tells how many trees a head keeps and how much the net counts, of the
// others it scores the result.
// What was held back is no target: a step with stalled > 0 tells less than was wanted.
// Memory: about 600 B x max_rows, and 1.9 KB more for each thread. Deterministic: on one kind of processor, equal input, options and seed give an
// equal model whatever the number of threads. Errors: kInvalid for options or a window without enough samples; kFailed when cancelled.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/forecast/global_model.h"
#include "headroom/model/forecast.h"

namespace headroom {

// One VM's recorded demand: base units, one value a step from `start` (a multiple of the step), NaN where missing. A
// resource without records is empty.
struct TrainingVm {
  std::string name;
  Instant start;
  std::array<std::vector<float>, kResourceCount> demand;
  std::array<std::vector<float>, kResourceCount> stalled;  // empty: never
  std::array<double, kResourceCount> ceiling{};            // 0 = unknown
};

// Gives the VMs one after another, then nothing. Called from the training thread only.
using TrainingSource = std::function<std::optional<TrainingVm>()>;

struct TrainOptions {
  Duration step = std::chrono::minutes(5);
  Horizons horizons = default_horizons();  // multiples of the step, ascending
  Instant from = Instant(Duration(0));
  Instant to = Instant(Duration::max());
  std::size_t max_rows = 1'000'000;
  int trees = 384;                         // a head, at most
  double learning_rate = 0.12;
  int min_leaf_rows = 150;
  double feature_share = 0.5;              // of the features each tree may use, drawn anew for each
  int net_epochs = 8;                      // times the net sees every row; 0: trees alone
  int net_width = 192;                     // units of its layers; a multiple of 4
  int threads = 2;
  std::uint64_t seed = 1;
  // Told now and then what is going on (share 0..1); answering false cancels. May be called from several threads, one
  // at a time.
  std::function<bool(double share, std::string_view what)> progress;
};

Result<std::shared_ptr<const GlobalModel>> train(const TrainingSource& source, const TrainOptions& options);

// The same in two steps, for who wants to judge models on the very rows that the new one was not grown from.
struct TrainingRows;
class TrainingSet {
 public:
  static Result<TrainingSet> sample(const TrainingSource& source, const TrainOptions& options);
  TrainingSet(TrainingSet&&) noexcept;
  ~TrainingSet();

  const TrainingRows& rows() const { return *rows_; }
  Duration step() const { return step_; }
  const std::vector<int>& horizon_steps() const { return horizon_steps_; }

 private:
  TrainingSet() = default;
  std::unique_ptr<const TrainingRows> rows_;
  Duration step_{};
  std::vector<int> horizon_steps_;
};

// `options` as for sample(); what they say of the window and the rows is settled by then.
Result<std::shared_ptr<const GlobalModel>> train(const TrainingSet& set, const TrainOptions& options);

inline constexpr std::size_t kTargetsUntilSure = 64;  // held-out targets without which a head's score says nothing

// How a model does on the rows held out, one a head. A target is a moment of a series; the loss is the pinball loss in z,
// the mean over targets and levels, so losses of two models on one set can be compared head by head. kInvalid when the
// model has another step or other horizons than the set.
struct HeadLoss {
  int horizon_steps = 0;
  bool peak = false;
  std::size_t targets = 0;   // how many are known; the loss is 0 when none is
  double loss = 0;
};
Result<std::vector<HeadLoss>> held_out_losses(const GlobalModel& model, const TrainingSet& set);

}  // namespace headroom
