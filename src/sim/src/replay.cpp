#include "headroom/sim/replay.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "headroom/actuator/memory_journal.h"
#include "headroom/base/clock.h"
#include "headroom/forecast/baselines.h"
#include "headroom/forecast/engine.h"
#include "oracle.h"
#include "referee.h"

namespace headroom {
namespace {

Result<std::unique_ptr<Forecaster>> make_forecaster(const World& world, const Contender& c, const ReplayOptions& options) {
  switch (c.sight) {
    case Sight::kLastValue: return std::make_unique<LastValue>(Horizons{world.step}, world.step);
    case Sight::kNaiveRe: return std::make_unique<ErrorQuantile>(ErrorQuantile::Anchor::kLast, Horizons{c.horizon}, world.step);
    case Sight::kOracle: return std::make_unique<Oracle>(world, c.horizon);
    case Sight::kModel: break;
  }
  if (!options.model) return invalid("the policy forecasts with the model, and there is none; give --train or --model");
  if (options.model->info().step != world.step) return invalid("the model was trained for another sampling step");
  return std::make_unique<PredictiveLoadEngine>(options.model);
}

// What was recorded before the window, as the samples it would have been; the last part with forecasts, so that the
// online calibration has begun.
void warm_up(const World& world, Forecaster& forecaster, bool with_forecasts) {
  std::vector<VmId> ids;
  for (const Vm& vm : world.vms) {
    ids.push_back(vm.id);
    forecaster.set_ceiling(vm.id, vm.ceiling);
  }
  std::vector<Forecast> ignored;
  for (Instant t = world.window.begin - world.scenario.warmup + world.step; t <= world.window.begin; t += world.step) {
    for (std::size_t i = 0; i < world.vms.size(); ++i) {
      const RecordedDemand& load = world.demand[i];
      const auto slot = (t - world.step - load.start) / world.step;
      if (slot < 0 || slot >= static_cast<std::int64_t>(load.recorded.size()) || !load.recorded[static_cast<std::size_t>(slot)])
        continue;
      VmSample s{world.vms[i].id, {}};
      s.sample.at = t;
      for (std::size_t k = 0; k < kResourceCount; ++k)
        s.sample.used[k] = load.amount[k].empty() ? 0 : static_cast<double>(load.amount[k][static_cast<std::size_t>(slot)]);
      forecaster.observe(s);
    }
    if (with_forecasts && t > world.window.begin - world.scenario.warmup_forecasts) forecaster.forecast(t, ids, ignored);
  }
}

double percentile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

void count(const Round& round, Report& report) {
  report.denied += round.plan.denied.size();
  report.breaches += round.breaches.size();
  report.alerts += round.plan.alerts.size();
  for (const Verdict& v : round.verdicts) {
    report.refused_actions += v.decision == Decision::kRefused;
    report.recommended_actions += v.decision == Decision::kRecommended;
  }
}

}  // namespace

Result<Report> replay(const World& world, const Contender& contender, const ReplayOptions& options) {
  auto forecaster = make_forecaster(world, contender, options);
  if (!forecaster) return tl::unexpected(forecaster.error());
  Stopwatch wall;
  warm_up(world, **forecaster, contender.sight == Sight::kModel);

  PoolTimings timings = world.scenario.timings;
  timings.seed = options.seed;
  SimulatedPool pool(world.hosts, world.vms, world.demand, world.step, world.window.begin, timings);
  Referee referee(world);
  pool.attach(&referee);
  MemoryJournal journal(10'000);
  Actuator actuator(pool, journal, SafetyLimits::for_replay());
  if (auto ok = actuator.recover(world.window.begin); !ok) return tl::unexpected(ok.error());
  Loop loop({pool, **forecaster, actuator, nullptr}, contender.policy, world.step);

  Report report;
  report.policy = contender.policy.name;
  report.setting = contender.setting;
  std::vector<double> decision_ms;
  const std::size_t rounds = world.rounds();
  for (std::size_t i = 1; i <= rounds; ++i) {
    const Instant now = world.window.begin + world.step * static_cast<std::int64_t>(i);
    pool.advance_to(now);
    auto round = loop.run_round(now);
    if (!round) return tl::unexpected(round.error());
    count(*round, report);
    decision_ms.push_back(round->decision_seconds * 1000);
    report.forecast_seconds += round->forecast_seconds;
    if (options.watch) options.watch(loop, *round);
    if (options.progress && !options.progress(i, rounds)) return fail(ErrorCode::kFailed, "stopped");
  }
  referee.fill(report);
  report.decision_ms_p50 = percentile(decision_ms, 0.5);
  report.decision_ms_p99 = percentile(decision_ms, 0.99);
  report.wall_seconds = wall.seconds();
  return report;
}

Result<std::vector<Report>> sweep(const World& world, const std::vector<Contender>& contenders,
                                  const ReplayOptions& options) {
  std::vector<Report> reports(contenders.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t done = 0;
  std::optional<Error> error;
  auto work = [&] {
    for (std::size_t i = next++; i < contenders.size(); i = next++) {
      ReplayOptions one = options;
      one.watch = nullptr;
      one.progress = nullptr;
      auto report = replay(world, contenders[i], one);
      const std::lock_guard lock(mutex);
      if (error) return;
      if (!report) {
        error = report.error();
        return;
      }
      reports[i] = std::move(*report);
      if (options.progress && !options.progress(++done, contenders.size()))
        error = Error{ErrorCode::kFailed, "stopped"};
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t t = 1; t < std::max<std::size_t>(1, options.threads); ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  if (error) return tl::unexpected(*error);
  return reports;
}

}  // namespace headroom
