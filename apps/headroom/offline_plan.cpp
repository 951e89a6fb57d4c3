#include "offline_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "given_constraints.h"
#include "given_rules.h"
#include "headroom/daemon/change_words.h"
#include "headroom/daemon/json.h"
#include "headroom/sim/replay.h"
#include "traces.h"

namespace headroom::cli {
namespace {

// A round that ends at `at`, or the last before it.
Result<Instant> moment_in(const World& world, const std::optional<Instant>& at) {
  const std::string possible = fmt::format("{} to {}", to_rfc3339(world.window.begin + world.step), to_rfc3339(world.window.end));
  if (!at) return invalid(fmt::format("--at is missing; give a time from {}", possible));
  if (*at < world.window.begin + world.step || *at > world.window.end)
    return invalid(fmt::format("--at {} is outside what is replayed; give a time from {}", to_rfc3339(*at), possible));
  return *at;
}

Result<Contender> contender_of(const OfflinePlanArguments& a, const World& world, ReplayOptions& options) {
  Contender contender = *default_contender(a.policy, world);
  const auto rules = GivenRules::load(a.rules, a.policy);
  if (!rules) return tl::unexpected(rules.error());
  if (contender.sight != Sight::kModel) return contender;
  auto model = load_model(a.model);
  if (!model) return tl::unexpected(model.error());
  options.model = std::move(*model);
  if (auto good = rules->fit(horizons_of(world.scenario, options.model.get())); !good) return tl::unexpected(good.error());
  if (rules->given()) contender.policy.rules = rules->rules();
  return contender;
}

Result<Round> advance_to(Instant at, Replay& replay, Duration step) {
  const Instant begin = replay.now();
  Result<Round> round;
  do {
    round = replay.advance();
    show_progress(fmt::format("replaying to {}", to_rfc3339(at)),
                  static_cast<double>((replay.now() - begin).count()) / static_cast<double>((at - begin).count()));
  } while (round && !replay.done() && replay.now() + step <= at);
  end_progress();
  return round;
}

nlohmann::json told(const Snapshot& snapshot, const Round& round) {
  State state;
  ActionLog log;
  state.snapshot = snapshot;
  state.plan = log.note(snapshot, round);
  state.breaches = round.breaches;
  for (const Denied& d : round.plan.denied) state.denied.push_back(describe(snapshot, d));
  for (const Alert& alert : round.plan.alerts) state.alerts.push_back(describe(snapshot, alert));
  return plan_json(state);
}

}  // namespace

Result<nlohmann::json> offline_plan(const OfflinePlanArguments& a, const std::vector<std::string>& texts) {
  std::optional<Instant> asked;
  if (!a.at.empty()) {
    const auto at = parse_instant(a.at);
    if (!at) return invalid("--at: " + at.error().message);
    asked = *at;
  }
  const auto changes = parse_changes(texts);
  if (!changes) return tl::unexpected(changes.error());
  auto scenario = load_scenario(a.scenario);
  if (!scenario) return tl::unexpected(scenario.error());
  if (auto good = put_constraints(a.constraints, *scenario); !good) return tl::unexpected(good.error());
  const auto world = load_world(std::move(*scenario), a.traces, std::nullopt, *parse_view(a.view));
  if (!world) return tl::unexpected(world.error());
  const auto at = moment_in(**world, asked);
  if (!at) return tl::unexpected(at.error());
  ReplayOptions options;
  options.seed = a.seed;
  const auto contender = contender_of(a, **world, options);
  if (!contender) return tl::unexpected(contender.error());
  const auto replay = Replay::make(**world, *contender, options);
  if (!replay) return tl::unexpected(replay.error());
  const auto round = advance_to(*at, **replay, (*world)->step);
  if (!round) return tl::unexpected(round.error());
  const Loop& loop = (*replay)->loop();
  if (texts.empty()) return told(loop.snapshot(), *round);
  const auto answer = what_if(loop.snapshot(), loop.policy(), *changes);
  if (!answer) return tl::unexpected(answer.error());
  return what_if_json(loop.snapshot(), texts, *answer);
}

}  // namespace headroom::cli
