#include "headroom/migration_testing/trial.h"

#include <fmt/format.h>

#include <random>

namespace headroom::migration_testing {

using migration::Outcome;
using migration::Problem;
using migration::Schedule;

std::vector<Outcome> disturbed(const Schedule& schedule, std::uint64_t seed, double failing) {
  std::mt19937_64 random(seed);
  const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  std::vector<Outcome> out = migration::as_told(schedule);
  for (Outcome& o : out) {
    const double times = unit() < 0.5 ? 1 / (1 + 2 * unit()) : 1 + 2 * unit();
    o.succeeds = unit() >= failing;
    o.takes = Duration(static_cast<std::int64_t>(times * (o.succeeds ? 1 : unit()) * static_cast<double>(o.takes.count())));
  }
  return out;
}

Trial try_schedule(std::uint64_t seed) {
  const Problem problem = make_moves(wild(seed));
  migration::Correction learnt;
  if (seed % 2 == 0)
    for (std::uint32_t h = 1000; h < 1010; ++h)
      learnt.learn({h, h + 1}, std::chrono::seconds(100), std::chrono::seconds(50 + seed * h % 150));
  Trial trial;
  const auto note = [&](const std::vector<std::string>& breaches, const char* when) {
    for (const std::string& b : breaches) trial.breaches.push_back(fmt::format("seed {}, {}: {}", seed, when, b));
  };
  const auto schedule = make_schedule(problem, learnt);
  if (!schedule) {
    note({schedule.error().message}, "when made");
    return trial;
  }
  note(check(problem, *schedule, learnt), "as told");
  for (const double failing : {0.0, 0.2, 0.7}) {
    const auto replayed = replay(problem, *schedule, disturbed(*schedule, seed + 1, failing));
    note(replayed.breaches, failing > 0 ? "with failures" : "with other durations");
    for (const auto& started : replayed.started) trial.not_begun += !started;
  }
  trial.legs = schedule->legs.size();
  trial.refused = schedule->refused.size();
  trial.detours = trial.legs + trial.refused - problem.moves.size();
  return trial;
}

}  // namespace headroom::migration_testing
