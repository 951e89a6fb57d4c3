#include "headroom/sim/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "headroom/actuator/memory_journal.h"
#include "headroom/base/check.h"
#include "headroom/base/clock.h"
#include "headroom/base/nearest_rank.h"
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
  const Horizons horizons = horizons_of(world.scenario, options.model.get());
  const auto whole = [&](Duration h) { return h % world.step == Duration::zero(); };
  if (!options.model && options.simple_without_model && std::all_of(horizons.begin(), horizons.end(), whole))
    return std::make_unique<ErrorQuantile>(ErrorQuantile::Anchor::kLast, horizons, world.step);
  if (!options.model) return invalid("the policy forecasts with the model, and there is none; give --train or --model");
  if (options.model->info().step != world.step) return invalid("the model was trained for another sampling step");
  auto engine = PredictiveLoadEngine::make(options.model, horizons);
  if (!engine) return invalid(fmt::format("'forecast horizons' of scenario '{}': {}", world.scenario.name, engine.error().message));
  return std::move(*engine);
}

// What was recorded before the window, as the samples it would have been.
void observe_recorded(const World& world, Instant t, Forecaster& forecaster, std::vector<HistorySample>& kept) {
  kept.clear();
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
    kept.push_back({world.vms[i].uuid, s.sample});
  }
}

// What the history store said while it was given the days before: a damaged one would say it thousands of times.
struct Complaints {
  std::size_t count = 0;
  std::string first;

  void note(const Result<void>& appended) {
    if (!appended && count++ == 0) first = appended.error().message;
  }
  std::vector<std::string> told() const {
    if (count == 0) return {};
    return {count == 1 ? first : fmt::format("{} (and {} times more in the days before)", first, count - 1)};
  }
};

// The last part is with forecasts, so that the online calibration has begun.
Result<void> warm_up(const World& world, Forecaster& forecaster, bool with_forecasts, const ReplayOptions& options,
                     Complaints& complaints) {
  std::vector<VmId> ids;
  for (const Vm& vm : world.vms) {
    ids.push_back(vm.id);
    forecaster.set_ceiling(vm.id, vm.ceiling);
  }
  std::vector<Forecast> ignored;
  std::vector<HistorySample> kept;
  for (Instant t = world.window.begin - world.scenario.warmup + world.step; t <= world.window.begin; t += world.step) {
    if (options.stop && options.stop->requested()) return fail(ErrorCode::kFailed, "stopped");
    observe_recorded(world, t, forecaster, kept);
    if (options.history && !kept.empty()) complaints.note(options.history->append(kept));
    if (with_forecasts && t > world.window.begin - world.scenario.warmup_forecasts) forecaster.forecast(t, ids, ignored);
  }
  return {};
}

void count(const Round& round, Report& report) {
  report.denied += round.plan.denied.size();
  report.breaches += round.breaches.size();
  report.alerts += round.plan.alerts.size();
  for (const std::vector<Verdict>* some : {&round.since, &round.verdicts})
    for (const Verdict& v : *some) {
      report.refused_actions += v.decision == Decision::kRefused;
      report.recommended_actions += v.decision == Decision::kRecommended;
    }
}

PoolTimings timings_of(const World& world, const ReplayOptions& options) {
  PoolTimings timings = world.scenario.timings;
  timings.seed = options.seed;
  return timings;
}

Policy policy_of(const World& world, const Contender& contender) {
  Policy policy = contender.policy;
  policy.constraints = world.scenario.constraints;
  return policy;
}

}  // namespace

struct Replay::State {
  State(const World& w, const Contender& c, const ReplayOptions& options, std::unique_ptr<Forecaster> f)
      : world(w),
        forecaster(std::move(f)),
        pool(w.hosts, w.vms, w.demand, w.step, w.window.begin, timings_of(w, options)),
        referee(w),
        actuator(pool, journal, SafetyLimits::for_replay()),
        loop({pool, *forecaster, actuator, options.history}, policy_of(w, c), w.step) {
    pool.attach(&referee);
    if (c.sight == Sight::kModel && options.model) engine = static_cast<PredictiveLoadEngine*>(forecaster.get());
    counted.policy = c.policy.name;
    counted.setting = c.setting;
  }

  const World& world;
  Stopwatch wall;
  std::unique_ptr<Forecaster> forecaster;
  PredictiveLoadEngine* engine = nullptr;  // the forecaster, where it sees through the model
  SimulatedPool pool;
  Referee referee;
  MemoryJournal journal{10'000};
  Actuator actuator;
  Loop loop;
  std::size_t rounds_run = 0;
  std::vector<std::string> troubles;  // of the warm-up, for the first round to tell
  Report counted;                     // what the rounds add up to
  std::vector<double> decision_ms;
};

Replay::Replay(std::unique_ptr<State> state) : state_(std::move(state)) {}
Replay::~Replay() = default;

Result<std::unique_ptr<Replay>> Replay::make(const World& world, const Contender& contender,
                                             const ReplayOptions& options) {
  auto forecaster = make_forecaster(world, contender, options);
  if (!forecaster) return tl::unexpected(forecaster.error());
  auto state = std::make_unique<State>(world, contender, options, std::move(*forecaster));
  Complaints complaints;
  if (auto ok = warm_up(world, *state->forecaster, contender.sight == Sight::kModel, options, complaints); !ok)
    return tl::unexpected(ok.error());
  state->troubles = complaints.told();
  if (auto ok = state->actuator.recover(world.window.begin); !ok) return tl::unexpected(ok.error());
  return std::unique_ptr<Replay>(new Replay(std::move(state)));
}

std::size_t Replay::round() const { return state_->rounds_run; }
std::size_t Replay::rounds() const { return state_->world.rounds(); }
Instant Replay::now() const {
  return state_->world.window.begin + state_->world.step * static_cast<std::int64_t>(state_->rounds_run);
}
const Loop& Replay::loop() const { return state_->loop; }
void Replay::set_moves(MoveMemory moves) { state_->loop.set_moves(std::move(moves)); }
void Replay::set_drained(std::map<std::string, Instant> hosts) { state_->loop.set_drained(std::move(hosts)); }
Actuator& Replay::actuator() { return state_->actuator; }
std::optional<LiveReport> Replay::accuracy() const {
  if (state_->engine == nullptr) return std::nullopt;
  return state_->engine->accuracy();
}
bool Replay::replace_model(std::shared_ptr<const GlobalModel> model) {
  return state_->engine != nullptr && state_->engine->replace_model(std::move(model));
}
bool Replay::set_challenger(std::shared_ptr<const GlobalModel> challenger) {
  return state_->engine != nullptr && state_->engine->set_challenger(std::move(challenger));
}

Result<Round> Replay::advance() {
  HEADROOM_CHECK(!done(), "a replay that is done has no further round");
  State& s = *state_;
  const Instant next = now() + s.world.step;
  for (auto at = s.loop.next_look(); at && *at < next; at = s.loop.next_look()) {
    s.pool.advance_to(*at);
    if (auto ok = s.loop.look(*at); !ok) return tl::unexpected(ok.error());
  }
  s.pool.advance_to(next);
  auto round = s.loop.run_round(next);
  if (!round) return round;
  ++s.rounds_run;
  round->troubles.insert(round->troubles.begin(), s.troubles.begin(), s.troubles.end());
  s.troubles.clear();
  count(*round, s.counted);
  s.decision_ms.push_back(round->decision_seconds * 1000);
  s.counted.forecast_seconds += round->forecast_seconds;
  return round;
}

Report Replay::report() const {
  Report report = state_->counted;
  state_->referee.fill(report, now());
  report.steps = round();
  std::vector<double> decision_ms = state_->decision_ms;
  report.decision_ms_p50 = nearest_rank(decision_ms, 0.5);
  report.decision_ms_p99 = nearest_rank(decision_ms, 0.99);
  report.wall_seconds = state_->wall.seconds();
  return report;
}

Horizons horizons_of(const Scenario& scenario, const GlobalModel* model) {
  if (!scenario.horizons.empty()) return scenario.horizons;
  return model != nullptr ? model->info().horizons() : default_horizons();
}

Result<Report> replay(const World& world, const Contender& contender, const ReplayOptions& options) {
  auto run = Replay::make(world, contender, options);
  if (!run) return tl::unexpected(run.error());
  Replay& r = **run;
  while (!r.done()) {
    if (auto round = r.advance(); !round) return tl::unexpected(round.error());
    if (options.progress && !options.progress(r.round(), r.rounds())) return fail(ErrorCode::kFailed, "stopped");
  }
  return r.report();
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
      one.progress = nullptr;
      one.history = nullptr;
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
