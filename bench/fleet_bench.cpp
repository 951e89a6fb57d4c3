// The placement engine on a fleet of 10,000 hosts and 100,000 VMs: where one VM goes, who leaves a hundred hosts that have become hot,
// and the whole fleet placed anew. Beside them the same in plain scalar code, and best-fit-decreasing with shifts for as much CPU
// time. CPU time of one thread throughout.
#include <algorithm>
#include <ctime>
#include <random>

#include "bench.h"
#include "headroom/placement/bound.h"
#include "headroom/placement/check.h"
#include "headroom/placement/pool.h"
#include "headroom/placement/solve.h"
#include "headroom/placement_testing/best_fit.h"
#include "headroom/placement_testing/bitbrains_fleet.h"

namespace headroom::bench {
namespace {

using placement::InstructionSet;
using placement::Need;
using placement::Pool;
using placement::Problem;

constexpr std::size_t kLanes = placement_testing::kBitbrainsLanes;
constexpr std::uint64_t kTries = 140'000'000;
constexpr int kPlacements = 2000, kPlainPlacements = 200, kReplans = 200;
constexpr std::size_t kHot = 100;

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double p99(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() * 99 / 100];
}

// How long it takes to find a place for each of some VMs of the fleet, as if it were new: nobody is moved.
std::vector<double> placements(const Problem& fleet, std::uint64_t seed, InstructionSet set, int count) {
  auto pool = Pool::make(fleet, 0, set);
  std::mt19937_64 chance(seed);
  std::vector<double> seconds;
  for (int i = 0; pool && i < count; ++i) {
    const double started = thread_seconds();
    pool->cheapest(static_cast<std::int32_t>(chance() % fleet.items));
    seconds.push_back(thread_seconds() - started);
  }
  return seconds;
}

struct Replans {
  std::vector<double> seconds;
  std::size_t hot = 0, still_hot = 0, moves = 0;
};

// A hundred hosts become hot together, since all of their VMs will need 1.3 times as much; whoever leaves goes. Afterwards they need
// what they needed, where they are then.
Replans replans(const Problem& fleet, std::uint64_t seed) {
  Replans out;
  auto made = Pool::make(fleet);
  if (!made) return out;
  Pool pool = std::move(*made);
  std::mt19937_64 chance(seed);
  for (int round = 0; round < kReplans; ++round) {
    std::vector<std::int32_t> hot;
    std::vector<std::int32_t> grown;
    std::vector<std::vector<std::int32_t>> on(fleet.hosts);
    for (std::size_t i = 0; i < fleet.items; ++i) on[static_cast<std::size_t>(pool.assignment()[i])].push_back(static_cast<std::int32_t>(i));
    while (hot.size() < kHot) {
      const auto host = static_cast<std::int32_t>(chance() % fleet.hosts);
      if (std::find(hot.begin(), hot.end(), host) != hot.end() || on[static_cast<std::size_t>(host)].empty()) continue;
      for (std::int32_t item : on[static_cast<std::size_t>(host)]) {
        std::vector<std::int64_t> lanes(fleet.need.begin() + item * static_cast<std::ptrdiff_t>(kLanes),
                                        fleet.need.begin() + (item + 1) * static_cast<std::ptrdiff_t>(kLanes));
        for (std::int64_t& n : lanes) n += n * 3 / 10;
        pool.resize(item, {lanes});
        grown.push_back(item);
      }
      if (pool.heat(host) > 0) hot.push_back(host);
    }
    out.hot += hot.size();
    const double started = thread_seconds();
    const auto steps = pool.relieve(hot, fleet.items);
    out.seconds.push_back(thread_seconds() - started);
    out.moves += steps.size();
    out.still_hot += static_cast<std::size_t>(std::count_if(hot.begin(), hot.end(), [&](std::int32_t h) { return pool.heat(h) > 0; }));
    for (std::int32_t item : grown)
      pool.resize(item, {std::span(fleet.need).subspan(static_cast<std::size_t>(item) * kLanes, kLanes)});
  }
  return out;
}

}  // namespace

Result<std::vector<Figure>> fleet_bench(const Setting& setting) {
  Problem fleet = placement_testing::make_bitbrains_fleet({.seed = setting.seed});
  placement::SolveOptions options;
  options.seed = setting.seed;
  options.tries = kTries;
  const double started = cpu_seconds();
  const auto answer = solve(fleet, options);
  if (!answer) return tl::unexpected(answer.error());
  const double solve_s = cpu_seconds() - started, plain_started = cpu_seconds();
  const auto plain =
      placement_testing::best_fit(fleet, setting.seed, [&] { return cpu_seconds() - plain_started >= solve_s; });
  const auto percent = [&](std::int64_t cost) { return 100 * placement::gap(cost, answer->bound); };
  const auto usd = [](std::int64_t cost) { return static_cast<double>(cost) / 1e9; };
  const double start_gap = percent(answer->start_cost);

  fleet.home = answer->assignment;
  const double place = p99(placements(fleet, setting.seed, placement::widest(), kPlacements));
  const double plain_place = p99(placements(fleet, setting.seed, InstructionSet::kScalar, kPlainPlacements));
  const Replans replanned = replans(fleet, setting.seed);
  const auto hot = static_cast<double>(replanned.hot);
  return std::vector<Figure>{
      {"place_p99", "ms of CPU to find the cheapest of 10,000 hosts for one VM, 12 lanes", 1e3 * place,
       {{"without vector instructions", 1e3 * plain_place}}},
      {"replan_p99", "ms of CPU to relieve 100 hot hosts of 10,000", 1e3 * p99(replanned.seconds), {}},
      {"replan_cured", "% of the hot hosts are cool then", 100 * (1 - static_cast<double>(replanned.still_hot) / hot), {}},
      {"replan_moves", "moves a hot host", static_cast<double>(replanned.moves) / hot, {}},
      {"rebalance_gap", "% of the bill, at most, 100,000 VMs on 10,000 hosts placed anew, 1.4e8 tries", percent(answer->cost),
       {{"best-fit-decreasing, then shifts, as much CPU time", percent(plain.cost)}, {"the start", start_gap}}},
      {"rebalance_bill", "USD an hour", usd(answer->cost),
       {{"best-fit-decreasing, then shifts", usd(plain.cost)}, {"the start", usd(answer->start_cost)}, {"the bound", usd(answer->bound)}}},
      {"rebalance_cpu", "CPU s for it", solve_s, {}}};
}

}  // namespace headroom::bench
