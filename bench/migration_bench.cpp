// Schedules of 1,000 migrations: what making one costs, how near its end is to what the links allow, and how many moves it has to
// refuse, beside moves made one after the other as hosts get free. Every schedule is judged; one that is not sound ends the benchmark.
#include <algorithm>

#include "bench.h"
#include "greedy_moves.h"
#include "headroom/migration/check.h"
#include "headroom/migration_testing/trial.h"

namespace headroom::bench {
namespace {

using migration_testing::Making;

struct Run {
  double cpu_ms = 0, greedy_cpu_ms = 0;
  double over_least = 0, greedy_over_least = 0;   // makespan over the most loaded link's or limit's
  double refused = 0, greedy_refused = 0, detours = 0;
  double as_many_over_least = 0;                  // until as many moves are over as the greedy way makes
  double hopeless = 0;                            // refused, and would be even if they were alone
};

constexpr int kRepeats = 5;

bool is_hopeless(const migration::Refusal& r) {
  return r.reason == migration::RefusalReason::kTooLate && r.latest_start.count() < 0;
}

// When so many moves have come to where they go.
Duration time_of(const migration::Problem& problem, const migration::Schedule& schedule, std::size_t moves) {
  std::vector<Duration> ends;
  for (const migration::Leg& leg : schedule.legs)
    if (leg.to == problem.moves[static_cast<std::size_t>(leg.move)].to) ends.push_back(leg.end);
  std::sort(ends.begin(), ends.end());
  return ends.empty() ? Duration(0) : ends[std::min(ends.size(), std::max<std::size_t>(moves, 1)) - 1];
}

// The mean of five problems.
Result<Run> run(Making making) {
  Run sum;
  const migration::Correction learnt;
  for (int i = 0; i < kRepeats; ++i, ++making.seed) {
    const migration::Problem problem = make_moves(making);
    double started = cpu_seconds();
    const auto schedule = make_schedule(problem, learnt);
    sum.cpu_ms += 1000 * (cpu_seconds() - started) / kRepeats;
    if (!schedule) return tl::unexpected(schedule.error());
    if (const auto breaches = check(problem, *schedule, learnt); !breaches.empty())
      return fail(ErrorCode::kFailed, "a schedule is not sound: " + breaches.front());
    started = cpu_seconds();
    const GreedyMoves greedy = move_greedily(problem, learnt);
    sum.greedy_cpu_ms += 1000 * (cpu_seconds() - started) / kRepeats;
    const auto over = [&](Duration makespan) {
      return static_cast<double>(makespan.count()) / static_cast<double>(schedule->least_makespan.count()) / kRepeats;
    };
    sum.over_least += over(schedule->makespan);
    sum.greedy_over_least += over(greedy.makespan);
    sum.as_many_over_least += over(time_of(problem, *schedule, problem.moves.size() - greedy.refused));
    sum.refused += static_cast<double>(schedule->refused.size()) / kRepeats;
    for (const migration::Refusal& r : schedule->refused) sum.hopeless += is_hopeless(r) / static_cast<double>(kRepeats);
    sum.greedy_refused += static_cast<double>(greedy.refused) / kRepeats;
    sum.detours += static_cast<double>(schedule->legs.size() + schedule->refused.size() - problem.moves.size()) / kRepeats;
  }
  return sum;
}

Making full(std::uint64_t seed) {
  Making making = migration_testing::fleet(seed);
  making.slack = 0.01;
  making.ringed = 0.5;
  return making;
}

Making hurried(std::uint64_t seed) {
  Making making = migration_testing::fleet(seed);
  making.breaches = 0.5;
  making.last_breach = std::chrono::minutes(4);
  return making;
}

Making large(std::uint64_t seed) {
  Making making = migration_testing::fleet(seed);
  making.hosts = 10'000;
  making.items = 100'000;
  return making;
}

Making limited(std::uint64_t seed) {
  Making making = migration_testing::fleet(seed);
  making.limits.in_fleet = 8;
  return making;
}

}  // namespace

Result<std::vector<Figure>> migration_bench(const Setting& setting) {
  const auto loose = run(migration_testing::fleet(setting.seed)), tight = run(full(setting.seed));
  const auto late = run(hurried(setting.seed)), few = run(limited(setting.seed));
  const auto many = run(large(setting.seed));
  for (const auto* r : {&loose, &tight, &late, &few, &many})
    if (!*r) return tl::unexpected(r->error());
  constexpr int kTrials = 2000;
  double infeasible = 0;
  for (int i = 0; i < kTrials; ++i)
    infeasible += static_cast<double>(migration_testing::try_schedule(setting.seed + static_cast<std::uint64_t>(i)).breaches.size());
  const std::string greedy = "list order, one at a time a host";
  return std::vector<Figure>{
      {"cpu", "CPU ms for 1,000 moves between 200 hosts", loose->cpu_ms, {{greedy, loose->greedy_cpu_ms}}},
      {"cpu_full", "CPU ms, hosts 99 % full and half of the moves in rings", tight->cpu_ms, {{greedy, tight->greedy_cpu_ms}}},
      {"cpu_hurried", "CPU ms, half of the moves with a breach within 4 minutes", late->cpu_ms, {{greedy, late->greedy_cpu_ms}}},
      {"cpu_limited", "CPU ms, at most 8 at once in the fleet", few->cpu_ms, {{greedy, few->greedy_cpu_ms}}},
      {"cpu_10k", "CPU ms, 1,000 moves between 10,000 hosts with 100,000 VMs", many->cpu_ms, {{greedy, many->greedy_cpu_ms}}},
      {"makespan", "times the most loaded link's bytes alone", loose->over_least, {{greedy, loose->greedy_over_least}}},
      {"makespan_full", "times the most loaded link's, hosts full, until as many are over as list order makes",
       tight->as_many_over_least, {{greedy, tight->greedy_over_least}, {"until all are over", tight->over_least}}},
      {"makespan_limited", "times the limit's, 8 at once", few->over_least, {}},
      {"refused_full", "moves of 1,000 refused, hosts full", tight->refused, {{greedy, tight->greedy_refused}}},
      {"detours_full", "detours, hosts full", tight->detours, {{greedy, 0}}},
      {"refused_hurried", "moves of 1,000 refused, half with a breach", late->refused,
       {{greedy, late->greedy_refused}, {"too late even if alone", late->hopeless}}},
      {"infeasible", "states that must not be, in 2,000 random schedules replayed four times", infeasible, {}}};
}

}  // namespace headroom::bench
