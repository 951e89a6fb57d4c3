#include "forecast_accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "headroom/accuracy/replay.h"
#include "headroom/accuracy/scorer.h"
#include "headroom/forecast/baselines.h"
#include "headroom/forecast/engine.h"
#include "peers/lag_ridge.h"
#include "peers/r_peers.h"
#include "peers/sample_keys.h"
#include "peers/smoothing.h"

namespace headroom::bench {
namespace {

using std::chrono::days;

constexpr std::size_t kValues = 3;  // of the targets: the values, which come first; then the peak within the hour
constexpr int kStride = 74;         // shares only the factor 2 with the steps of a day
constexpr std::size_t kMoments = 100;
constexpr const char* kLagRidge = "lag ridge (as OneDRS)";

std::string name_of(const ScoredTarget& target, Duration step) {
  return fmt::format("{}{}", target.peak ? "peak_" : "", to_text(target.steps * step));
}

struct Marks {
  std::string name;
  std::vector<double> grid, sample;  // by target; the grid's are empty where it was not run
};

class Contest {
 public:
  Contest(const Setting& setting, const Fleet& fleet, const Split& split)
      : setting_(setting), fleet_(fleet), split_(split), targets_(targets_of(compared_horizons(), fleet.step)) {
    const Instant end = std::max(split.score_from, span_of(fleet.vms, fleet.step).second);
    moments_ = draw_moments(fleet, kMoments, split.score_from, end, targets_.back().steps, setting.seed);
  }

  void enter(std::string name, Forecaster& forecaster);
  void enter(std::string name, std::unique_ptr<PointModel> model);
  Result<void> enter_r();
  std::vector<Figure> figures(const SeriesSpeed& speed);

 private:
  void time_ridge();
  std::vector<double> grid_marks(const std::vector<SeriesScore>& scores) const;
  Figure mark(std::size_t target, const std::vector<double> Marks::* marks, std::string name, std::string unit) const;

  const Setting& setting_;
  const Fleet& fleet_;
  Split split_;
  std::vector<ScoredTarget> targets_;
  std::vector<Moment> moments_;
  std::vector<Marks> marks_;
  std::vector<Beside> series_per_cpu_s_;
  std::size_t sampled_ = 0;  // keys of the sample that are scored
};

void Contest::enter(std::string name, Forecaster& forecaster) {
  const OriginGrid grid{split_.score_from, kStride};
  Scorer scorer(fleet_, {grid, targets_});
  SampleScorer sample(fleet_, moments_, targets_);
  ForecastReplayOptions options;
  options.grid = {split_.score_from, 1};
  replay_forecasts(fleet_, forecaster, options, [&](const ReplayedForecast& replayed) {
    if (grid.holds(replayed.origin, fleet_.step)) scorer.add(replayed, forecaster.horizons());
    sample.add(replayed, forecaster.horizons());
  });
  marks_.push_back({std::move(name), grid_marks(scorer.finish()), sample.rwql()});
  sampled_ = sample.scored();
}

void Contest::enter(std::string name, std::unique_ptr<PointModel> model) {
  // A week of errors before the first forecast that counts, and the hour until the first of them is known.
  ErrorBands bands(std::move(model), compared_horizons(), fleet_.step, split_.score_from - days(7) - compared_horizons().back());
  enter(std::move(name), bands);
}

Result<void> Contest::enter_r() {
  if (!r_is_there()) {
    fmt::print(stderr, "headroom_bench: R's forecast package is not installed (r-cran-forecast): its methods are left out\n");
    return {};
  }
  std::vector<int> steps;
  for (std::size_t t = 0; t < kValues; ++t) steps.push_back(targets_[t].steps);
  const auto peers = ask_r(fleet_, moments_, steps, setting_.scripts / "peers" / "peers.R", setting_.scratch);
  if (!peers) return tl::unexpected(peers.error());
  for (const RPeer& peer : *peers) {
    SampleScorer sample(fleet_, moments_, {targets_.begin(), targets_.begin() + kValues});
    for (std::size_t key = 0; key < peer.quantiles.size(); ++key)
      for (std::size_t t = 0; t < kValues; ++t)
        sample.add(moments_[key / kResourceCount], kAllResources[key % kResourceCount], t, peer.quantiles[key][t]);
    marks_.push_back({peer.name, {}, sample.rwql()});
    series_per_cpu_s_.push_back({peer.name, static_cast<double>(peer.quantiles.size()) / peer.cpu_s});
    if (peer.failures > 0)
      fmt::print(stderr, "headroom_bench: {} had no answer for {} of {} series: the last value counts there\n", peer.name,
                 peer.failures, peer.quantiles.size());
  }
  return {};
}

// Fitted for each series at once, as R's methods are.
void Contest::time_ridge() {
  LagRidge ridge(targets_);
  std::vector<float> points(targets_.size());
  const double started = cpu_seconds();
  for (std::size_t key = 0; key < moments_.size() * kResourceCount; ++key) {
    const Moment& moment = moments_[key / kResourceCount];
    const VmTrace& vm = fleet_.vms[moment.vm];
    const Resource r = kAllResources[key % kResourceCount];
    const auto known = static_cast<std::size_t>((moment.origin - vm.start) / fleet_.step) + 1;
    const Past past{key, r, moment.origin.time_since_epoch() / fleet_.step, std::span(vm.demand[index(r)]).first(known)};
    ridge.points(std::span(&past, 1), points);
  }
  series_per_cpu_s_.push_back({kLagRidge, static_cast<double>(moments_.size() * kResourceCount) / (cpu_seconds() - started)});
}

std::vector<double> Contest::grid_marks(const std::vector<SeriesScore>& scores) const {
  std::vector<double> marks(targets_.size(), std::nan(""));
  for (const MeanFigures& mean : mean_over_resources(accuracy_figures(scores)))
    marks[static_cast<std::size_t>(std::find(targets_.begin(), targets_.end(), mean.target) - targets_.begin())] = mean.rwql;
  return marks;
}

// Of the first entered, the others beside it.
Figure Contest::mark(std::size_t target, const std::vector<double> Marks::* marks, std::string name, std::string unit) const {
  Figure figure{fmt::format("{}_{}", name, name_of(targets_[target], fleet_.step)), std::move(unit),
                (marks_.front().*marks)[target], {{"naive-RE", 1}}};
  for (std::size_t i = 1; i < marks_.size(); ++i)
    if (target < (marks_[i].*marks).size()) figure.beside.push_back({marks_[i].name, (marks_[i].*marks)[target]});
  return figure;
}

std::vector<Figure> Contest::figures(const SeriesSpeed& speed) {
  std::vector<Figure> figures;
  const std::string grid = fmt::format("of naive-RE's quantile loss, mean of the resources, from {} on, every {}th step",
                                       to_rfc3339(split_.score_from), kStride);
  const std::string sample =
      fmt::format("of naive-RE's quantile loss, {} series and moments drawn by the seed, losses winsorised", sampled_);
  for (std::size_t t = 0; t < targets_.size(); ++t) figures.push_back(mark(t, &Marks::grid, "rwql", grid));
  for (std::size_t t = 0; t < targets_.size(); ++t) figures.push_back(mark(t, &Marks::sample, "sample_rwql", sample));
  time_ridge();
  series_per_cpu_s_.insert(series_per_cpu_s_.begin(), {"naive-RE", speed.naive});
  figures.push_back({"series", "series forecast per CPU-second", speed.ours, series_per_cpu_s_});
  return figures;
}

}  // namespace

const Horizons& compared_horizons() {
  static const Horizons kHorizons{std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::hours(1)};
  return kHorizons;
}

Result<std::vector<Figure>> forecast_accuracy(const Setting& setting, const Fleet& fleet, Trained trained, const Split& split,
                                              const SeriesSpeed& speed) {
  for (const auto& model : {trained.shipped, trained.grown})
    if (!model->info().ends_by(split.score_from)) return invalid("a model has learnt from the time that is to be scored");
  Contest contest(setting, fleet, split);
  PredictiveLoadEngine ours(trained.shipped), grown(trained.grown);
  LastValue last(compared_horizons(), fleet.step);
  ErrorQuantile seasonal(ErrorQuantile::Anchor::kDayBefore, compared_horizons(), fleet.step);
  contest.enter("ours", ours);
  contest.enter("ours, grown on what gradient boosting learns from", grown);
  contest.enter("last value", last);
  contest.enter("value of the day before", seasonal);
  const std::vector<ScoredTarget> targets = targets_of(compared_horizons(), fleet.step);
  contest.enter("exponential smoothing", std::make_unique<Smoothing>(targets.size()));
  contest.enter(kLagRidge, std::make_unique<LagRidge>(targets));
  contest.enter("gradient boosting (XGBoost)", std::move(trained.boosted));
  if (auto done = contest.enter_r(); !done) return tl::unexpected(done.error());
  return contest.figures(speed);
}

}  // namespace headroom::bench
