// The placement engine on made problems: how much it tries and how exactly it counts per CPU-second of one thread, and how far
// from the bound it ends. Beside the speed, the same search without vector instructions; beside the gap, the start's. Then a fleet
// that is to be consolidated, beside best-fit-decreasing and shifts for as much CPU time.
#include "bench.h"
#include "headroom/placement/bound.h"
#include "headroom/placement/solve.h"
#include "headroom/placement_testing/best_fit.h"
#include "headroom/placement_testing/challenge_like.h"
#include "headroom/placement_testing/made_fleet.h"
#include "headroom/placement_testing/made_problem.h"

namespace headroom::bench {
namespace {

using placement::InstructionSet;
using placement::Problem;

struct Run {
  placement::Answer answer;
  double cpu_s = 0;

  double tries() const { return static_cast<double>(answer.tally.tries) / cpu_s; }
  double changes() const { return static_cast<double>(answer.tally.changes) / cpu_s; }
};

Result<Run> run(const Problem& problem, std::uint64_t seed, std::uint64_t tries, InstructionSet set) {
  placement::SolveOptions options;
  options.seed = seed;
  options.tries = tries;
  options.set = set;
  const double started = cpu_seconds();
  auto answer = solve(problem, options);
  if (!answer) return tl::unexpected(answer.error());
  return Run{std::move(*answer), cpu_seconds() - started};
}

constexpr std::uint64_t kTries = 2'000'000'000, kPlainTries = 200'000'000, kFleetTries = 100'000'000;

// 5,000 VMs spread evenly over 500 hosts of three types, of which less than half are needed.
Result<std::vector<Figure>> consolidation(std::uint64_t seed) {
  const Problem fleet = placement_testing::make_fleet({.seed = seed});
  const auto ours = run(fleet, seed, kFleetTries, placement::widest());
  if (!ours) return tl::unexpected(ours.error());
  const double started = cpu_seconds();
  const auto plain = placement_testing::best_fit(fleet, seed, [&] { return cpu_seconds() - started >= ours->cpu_s; });
  const std::int64_t bound = ours->answer.bound;
  const std::string first = "best-fit-decreasing, then shifts", again = "the same over and over, as much CPU time";
  const std::string start = "the start";
  const auto percent = [&](std::int64_t cost) { return 100 * placement::gap(cost, bound); };
  const auto usd = [](std::int64_t cost) { return static_cast<double>(cost) / 1e9; };
  return std::vector<Figure>{
      {"consolidation_gap", "% of the bill, at most, 5,000 VMs on 500 hosts of three types, 1e8 tries", percent(ours->answer.cost),
       {{again, percent(plain.cost)}, {first, percent(plain.first_cost)}, {start, percent(ours->answer.start_cost)}}},
      {"consolidation_bill", "USD an hour", usd(ours->answer.cost),
       {{again, usd(plain.cost)},
        {first, usd(plain.first_cost)},
        {start, usd(ours->answer.start_cost)},
        {"the bound", usd(bound)}}},
      {"consolidation_cpu", "CPU s for 1e8 tries", ours->cpu_s, {}}};
}

struct Size {
  std::string name, words;
  placement_testing::ChallengeLike making;
};

// What the larger problems of the challenge look like: where an answer ends in percent of the start above the bound, which is how it
// scores, and how far a hundredth of the tries gets.
Result<std::vector<Figure>> challenge(std::uint64_t seed) {
  const Size sizes[] = {
      {"score_20k", "20,000 items x 100 hosts x 6 lanes",
       {.seed = seed, .groups = 15'000, .items = 20'000, .lanes = 6, .transient_lanes = 2, .short_lanes = 2, .short_by = 0.002}},
      {"score_40k", "40,000 items x 4,000 hosts x 6 lanes",
       {.seed = seed, .hosts = 4000, .groups = 15'000, .items = 40'000, .lanes = 6, .transient_lanes = 0, .locations = 50, .short_lanes = 2}}};
  std::vector<Figure> figures;
  for (const Size& size : sizes) {
    const Problem problem = make_challenge_like(size.making);
    const auto ours = run(problem, seed, kTries, placement::widest()), quick = run(problem, seed, kTries / 100, placement::widest());
    if (!ours || !quick) return tl::unexpected(ours ? quick.error() : ours.error());
    const auto score = [&](std::int64_t cost) {
      return 100 * static_cast<double>(cost - ours->answer.bound) / static_cast<double>(ours->answer.start_cost);
    };
    figures.push_back({size.name, "% of the start's cost above the bound after 2e9 tries, " + size.words, score(ours->answer.cost),
                       {{"2e7 tries", score(quick->answer.cost)}, {"the start", score(ours->answer.start_cost)}}});
    figures.push_back({"cpu" + size.name.substr(5), "CPU s for 2e9 tries", ours->cpu_s, {{"2e7 tries", quick->cpu_s}}});
  }
  return figures;
}

}  // namespace

Result<std::vector<Figure>> planner_bench(const Setting& setting) {
  const Problem like_b1 = make_problem(placement_testing::like_b1(setting.seed));
  const auto fast = run(like_b1, setting.seed, kTries, placement::widest());
  if (!fast) return tl::unexpected(fast.error());
  const auto plain = run(like_b1, setting.seed, kPlainTries, InstructionSet::kScalar);
  if (!plain) return tl::unexpected(plain.error());
  const std::string scalar = "without vector instructions", start = "the start";
  const auto start_gap = [](const Run& r) { return 100 * placement::gap(r.answer.start_cost, r.answer.bound); };
  const auto large = challenge(setting.seed);
  if (!large) return tl::unexpected(large.error());
  const auto fleet = consolidation(setting.seed);
  if (!fleet) return tl::unexpected(fleet.error());
  std::vector<Figure> figures{
      {"tries", "shifts and swaps per CPU-second and core, 5,000 items x 100 hosts x 13 lanes", fast->tries(),
       {{scalar, plain->tries()}}},
      {"changes", "exact changes of cost per CPU-second and core", fast->changes(), {{scalar, plain->changes()}}},
      {"gap", "% of the cost, at most, after 2e9 tries", 100 * fast->answer.gap(), {{start, start_gap(*fast)}}},
      {"cpu", "CPU s for 2e9 tries", fast->cpu_s, {}}};
  figures.insert(figures.end(), large->begin(), large->end());
  figures.insert(figures.end(), fleet->begin(), fleet->end());
  return figures;
}

}  // namespace headroom::bench
