#include "headroom/accuracy/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace headroom {
namespace {

constexpr std::size_t kBlock = 16;  // VMs replayed together: enough to fill a forecaster's batches

// Replays blocks of the fleet until there are none; run by every thread.
class Work {
 public:
  Work(const Fleet& fleet, const ForecasterMaker& make, const AccuracyReportOptions& options)
      : fleet_(fleet), make_(make), options_(options), blocks_((fleet.vms.size() + kBlock - 1) / kBlock), share_(blocks_) {}

  void run() {
    try {
      while (!over_) {
        const std::size_t block = next_++;
        if (block >= blocks_) return;
        replay(block);
      }
    } catch (const std::exception& e) {
      const std::lock_guard lock(mutex_);
      failure_ = e.what();
      over_ = true;
    }
  }
  // After every run() has returned.
  Result<void> collect(AccuracyReport& report);

 private:
  void replay(std::size_t block);
  bool progress(std::size_t block, double share);

  const Fleet& fleet_;
  const ForecasterMaker& make_;
  const AccuracyReportOptions& options_;
  const std::size_t blocks_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> over_{false};

  std::mutex mutex_;  // of what follows, and of the calls to make_ and progress
  std::vector<double> share_;
  std::vector<SeriesScore> series_;
  std::vector<LimitTally> limits_;
  std::string failure_;
};

bool Work::progress(std::size_t block, double share) {
  if (over_) return false;
  if (!options_.progress) return true;
  const std::lock_guard lock(mutex_);
  share_[block] = share;
  double sum = 0;
  for (double s : share_) sum += s;
  if (options_.progress(sum / static_cast<double>(blocks_))) return true;
  failure_ = "it was cut short";
  over_ = true;
  return false;
}

void Work::replay(std::size_t block) {
  std::unique_ptr<Forecaster> forecaster;
  {
    const std::lock_guard lock(mutex_);
    forecaster = make_();
  }
  LimitScorer of_limits(options_.limits, options_.least_pairs);
  ScorerOptions scoring{options_.grid, options_.targets, options_.least_pairs};
  scoring.judged = [&](const JudgedForecast& f) { of_limits.take(f); };
  Scorer scorer(fleet_, scoring, block * kBlock, kBlock);
  ForecastReplayOptions how;
  how.grid = options_.grid;
  how.first_vm = block * kBlock;
  how.vm_count = kBlock;
  how.progress = [&](double share) { return progress(block, share); };
  const Horizons horizons = forecaster->horizons();
  if (!replay_forecasts(fleet_, *forecaster, how, [&](const ReplayedForecast& f) { scorer.add(f, horizons); })) return;
  const auto series = scorer.finish();
  auto limits = of_limits.finish();
  const std::lock_guard lock(mutex_);
  series_.insert(series_.end(), series.begin(), series.end());
  merge(limits_, std::move(limits));
}

Result<void> Work::collect(AccuracyReport& report) {
  if (!failure_.empty()) return fail(ErrorCode::kFailed, fmt::format("the forecasts could not be judged: {}", failure_));
  const auto place = [&](ScoredTarget t) { return std::find(options_.targets.begin(), options_.targets.end(), t); };
  // Blocks end in any order.
  std::sort(series_.begin(), series_.end(), [&](const SeriesScore& a, const SeriesScore& b) {
    return std::make_tuple(a.vm, a.resource, place(a.target)) < std::make_tuple(b.vm, b.resource, place(b.target));
  });
  std::sort(limits_.begin(), limits_.end(), [&](const LimitTally& a, const LimitTally& b) {
    const auto limit = [&](const Limit& l) { return std::find(options_.limits.begin(), options_.limits.end(), l); };
    return std::make_tuple(a.resource, place(a.target), limit(a.limit)) <
           std::make_tuple(b.resource, place(b.target), limit(b.limit));
  });
  report.series = std::move(series_);
  report.limits = std::move(limits_);
  return {};
}

void run_on(int threads, Work& work) {
  std::vector<std::thread> others;
  try {
    for (int i = 1; i < threads; ++i) others.emplace_back([&] { work.run(); });
  } catch (const std::system_error&) {
    // Fewer threads do the same work.
  }
  work.run();
  for (std::thread& t : others) t.join();
}

Result<void> check(const Fleet& fleet, const OriginGrid& grid) {
  if (fleet.vms.empty()) return invalid("there is no VM to forecast");
  const auto [first, last] = span_of(fleet.vms, fleet.step);
  if (grid.start >= last)
    return invalid(fmt::format("--grid: begins at {}, and the data end at {}; begin earlier", to_rfc3339(grid.start),
                               to_rfc3339(last)));
  if (grid.start < first)
    return invalid(
        fmt::format("--grid: begins at {}, and the data only at {}; begin later, so that there is a past to forecast from",
                    to_rfc3339(grid.start), to_rfc3339(first)));
  return {};
}

}  // namespace

OriginGrid default_grid(const Fleet& fleet) {
  constexpr Duration kMostWarmUp = std::chrono::days(14);
  constexpr int kStride = 7;
  const auto [first, last] = span_of(fleet.vms, fleet.step);
  const Duration warm_up = std::min(kMostWarmUp, (last - first) / 3);
  return {first + warm_up / fleet.step * fleet.step, kStride};
}

Result<AccuracyReport> report_accuracy(const Fleet& fleet, const ForecasterMaker& make, const AccuracyReportOptions& options) {
  if (auto good = check(fleet, options.grid); !good) return tl::unexpected(good.error());
  Work work(fleet, make, options);
  run_on(options.threads, work);
  AccuracyReport report;
  if (auto whole = work.collect(report); !whole) return tl::unexpected(whole.error());
  for (const SeriesScore& s : report.series) {
    report.forecasts += s.forecasts;
    report.crossed += s.crossed;
  }
  if (report.forecasts == 0)
    return invalid(fmt::format("--grid: no origin from {} on is followed by a known outcome; begin earlier, or give more data",
                               to_rfc3339(options.grid.start)));
  report.grid = options.grid;
  std::tie(report.first, report.last) = span_of(fleet.vms, fleet.step);
  report.vms = fleet.vms.size();
  report.step = fleet.step;
  report.targets = options.targets;
  report.accuracy = accuracy_figures(report.series);
  report.mean = mean_over_resources(report.accuracy);
  report.calibration = series_calibration(report.series);
  report.worst_by_loss = worst_by_loss(report.series, options.worst);
  report.worst_by_calibration = worst_by_calibration(report.series, options.worst);
  return report;
}

}  // namespace headroom
