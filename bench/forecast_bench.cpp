// The forecaster beside R's forecast package, naive baselines, a ridge on lags and plain gradient boosting: what it costs
// and how good it is. docs/benchmarks.md says how each is measured.
#include "bench.h"
#include "forecast_accuracy.h"
#include "forecast_speed.h"
#include "headroom/accuracy/replay.h"
#include "headroom/daemon/trainer.h"
#include "headroom/sim/training.h"
#include "peers/boosted.h"

namespace headroom::bench {
namespace {

using std::chrono::days;

constexpr days kLearn(11);  // from the sample's begin on

template <class Model>
struct Grown {
  Model model;
  double cpu_s_per_million = 0;  // rows x heads
};

double per_million(double cpu_s, std::size_t rows, std::size_t heads) {
  return cpu_s / (static_cast<double>(rows) * static_cast<double>(heads)) * 1e6;
}

// As the manager trains in the background.
Result<Grown<std::shared_ptr<const GlobalModel>>> grow(const Setting& setting, const Fleet& fleet, Instant until) {
  TrainOptions options = TrainerOptions::background_training();
  options.step = fleet.step;
  options.to = until;
  options.seed = setting.seed;
  const double started = cpu_seconds();
  auto model = train(training_source(fleet), options);
  if (!model) return tl::unexpected(model.error());
  const double cost = per_million(cpu_seconds() - started, (*model)->info().rows, (*model)->heads());
  return {{std::move(*model), cost}};
}

Result<Grown<std::unique_ptr<PointModel>>> boost(const Setting& setting, const Fleet& fleet, Instant from, Instant until) {
  BoostedOptions options;
  options.from = from;
  options.to = until;
  options.seed = setting.seed;
  const std::vector<ScoredTarget> targets = targets_of(compared_horizons(), fleet.step);
  const double started = cpu_seconds();
  auto model = Boosted::train(fleet, targets, options);
  if (!model) return tl::unexpected(model.error());
  const double cost = per_million(cpu_seconds() - started, (*model)->trained_rows(), targets.size());
  return {{std::move(*model), cost}};
}

}  // namespace

Result<std::vector<Figure>> forecast_bench(const Setting& setting) {
  const auto fleet = read_fleet({setting.examples / "bitbrains" / "vms"});
  if (!fleet) return tl::unexpected(fleet.error());
  const auto shipped = GlobalModel::load(setting.models / "ple.model");
  if (!shipped) return tl::unexpected(shipped.error());
  const Instant begin = span_of(fleet->vms, fleet->step).first;
  const Split split{begin + kLearn, begin + kLearn + days(7)};

  ForecastSpeed speed = forecast_speed(setting, *fleet, *shipped);
  const auto grown = grow(setting, *fleet, split.learn_until);
  if (!grown) return tl::unexpected(grown.error());
  auto boosted = boost(setting, *fleet, begin, split.learn_until);
  if (!boosted) return tl::unexpected(boosted.error());
  std::vector<Figure> figures = std::move(speed.figures);
  figures.push_back({"training", "CPU s per million rows x heads, trees and net, at the manager's settings",
                     grown->cpu_s_per_million, {{"gradient boosting (XGBoost), one value a head", boosted->cpu_s_per_million}}});
  auto accuracy = forecast_accuracy(setting, *fleet, {*shipped, grown->model, std::move(boosted->model)}, split, speed.series);
  if (!accuracy) return tl::unexpected(accuracy.error());
  figures.insert(figures.end(), accuracy->begin(), accuracy->end());
  return figures;
}

}  // namespace headroom::bench
