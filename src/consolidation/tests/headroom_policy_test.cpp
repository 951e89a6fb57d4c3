// Our own policy in the published experiment: what it may know, what it may do, and what it is good for.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "../src/arrangement.h"
#include "../src/headroom_policy.h"
#include "headroom/consolidation/experiment.h"
#include "made_day.h"

namespace headroom {
namespace {

std::vector<StepState> steps_of(const Day& day, bool enforce_ram = false) {
  std::vector<StepState> steps;
  ExperimentOptions options;
  options.enforce_ram = enforce_ram;
  options.vm_deaths = false;
  options.on_step = [&](const StepState& s) { steps.push_back(s); };
  EXPECT_TRUE(run_experiment(day, options).has_value());
  return steps;
}

ConsolidationReport report_of(const Day& day, ConsolidationPolicy policy, bool deaths = true, bool enforce_ram = false) {
  ExperimentOptions options;
  options.policy = policy;
  options.vm_deaths = deaths;
  options.enforce_ram = enforce_ram;
  return run_experiment(day, options).value();
}

// All after sample `moment` of every VM overwritten.
Day with_garbage_after(Day day, std::size_t moment) {
  for (std::size_t v = 0; v < day.size(); ++v)
    for (std::size_t i = moment + 1; i < kSamplesPerDay; ++i) day[v].percent[i] = static_cast<std::uint8_t>(v % 3 == 0 ? 99 : 1);
  return day;
}

// Many moments: only the decision at each of them could use the trace's way to the next sample.
TEST(HeadroomPolicy, DecidesTheSameWhateverTheFuture) {
  const Day day = made_day(6, 120);
  const auto honest = steps_of(day);
  std::size_t moves = 0, seen = 0;
  for (std::size_t moment = 1; moment <= 286; moment += moment < 20 ? 1 : 19) {
    const auto other = steps_of(with_garbage_after(day, moment));
    for (std::size_t step = 0; step < moment; ++step)  // step k reads sample k + 1
      ASSERT_EQ(honest[step].started, other[step].started) << "step " << step << ", garbage after sample " << moment;
    moves += honest[moment - 1].started.size();
    for (std::size_t step = moment; step < honest.size(); ++step) seen += honest[step].started != other[step].started;
  }
  EXPECT_GT(moves, 50u) << "too little was decided";
  EXPECT_GT(seen, 100u) << "the garbage is nowhere to be seen";
}

TEST(HeadroomPolicy, MovesNobodyTwiceInAStepAndNobodyIntoAHostThatGives) {
  for (const StepState& step : steps_of(made_day(7, 150))) {
    std::set<std::size_t> moved, from, to;
    for (const StartedMigration& m : step.started) {
      EXPECT_TRUE(moved.insert(m.vm).second);
      ASSERT_TRUE(step.host_of_vm[m.vm].has_value());
      from.insert(*step.host_of_vm[m.vm]);
      to.insert(m.to);
    }
    for (std::size_t h : to) EXPECT_EQ(from.count(h), 0u) << h;
  }
}

// Both ends of a migration hold the memory.
TEST(HeadroomPolicy, KeepsToTheMemoryWhereItIsEnforced) {
  const Day day = made_day(8, 300);
  const int ram_mb[] = {870, 1740, 1740, 613};
  std::size_t moves = 0;
  for (const StepState& step : steps_of(day, true)) {
    std::map<std::size_t, int> used;
    for (std::size_t v = 0; v < day.size(); ++v)
      if (step.host_of_vm[v]) used[*step.host_of_vm[v]] += ram_mb[v / 75];
    for (const StartedMigration& m : step.started) used[m.to] += ram_mb[m.vm / 75];
    for (const auto& [host, mb] : used) EXPECT_LE(mb, 4096) << host;
    moves += step.started.size();
  }
  EXPECT_GT(moves, 200u) << "too little was tested";
}

TEST(HeadroomPolicy, SavesEnergyAndServiceAgainstRegressionOnMadeUpDays) {
  for (std::uint32_t seed : {11u, 12u}) {
    SCOPED_TRACE(seed);
    const Day day = made_day(seed, 250);
    const auto published = report_of(day, ConsolidationPolicy::kLrMmt), ours = report_of(day, ConsolidationPolicy::kHeadroom);
    EXPECT_LE(ours.energy_kwh, 0.9 * published.energy_kwh);
    EXPECT_LE(ours.esv, 0.05 * published.esv);
    EXPECT_LE(ours.real_overload_ratio, published.real_overload_ratio);
  }
}

TEST(HeadroomPolicy, SavesBothWithoutDeathsAndWithMemoryEnforced) {
  const Day day = made_day(13, 400);
  for (bool enforce_ram : {false, true}) {
    SCOPED_TRACE(enforce_ram);
    const auto published = report_of(day, ConsolidationPolicy::kLrMmt, enforce_ram, enforce_ram);
    const auto ours = report_of(day, ConsolidationPolicy::kHeadroom, enforce_ram, enforce_ram);
    EXPECT_LT(ours.energy_kwh, published.energy_kwh);
    EXPECT_LT(ours.esv, published.esv);
  }
}

}  // namespace

namespace consolidation {
namespace {

// Hosts of the published kinds with VMs of 1000 MIPS on them, as after one step in which each asked for its share.
class SmallSite {
 public:
  explicit SmallSite(std::size_t hosts) {
    site_.hosts.resize(hosts);
    for (std::size_t h = 0; h < hosts; ++h) {
      site_.hosts[h].kind = &host_kind(h);
      site_.hosts[h].free_mips = host_kind(h).mips;
    }
  }
  std::uint32_t add(std::size_t host, double utilisation, VmKind kind = {1000, 1740}) {
    const auto vm = static_cast<std::uint32_t>(site_.vms.size());
    site_.vms.push_back({});
    site_.vms[vm].kind = kind;
    site_.vms[vm].host = static_cast<std::uint32_t>(host);
    site_.vms[vm].alive = true;
    site_.hosts[host].guests.push_back({vm, Stay::kHere, 0, 0});
    ask(vm, utilisation);
    return vm;
  }
  void ask(std::uint32_t vm, double utilisation) {
    site_.vms[vm].asks = utilisation * site_.vms[vm].kind.mips;
    site_.vms[vm].remember(utilisation);
  }
  const Site& site() const { return site_; }
  std::vector<Move> decide(HeadroomPolicy& policy) {
    Trial trial(site_);
    return policy.decide(trial);
  }
  std::vector<Move> decide() {
    HeadroomPolicy policy;
    return decide(policy);
  }

 private:
  Site site_;
};

TEST(HeadroomPolicy, EmptiesAHostWhoseVmsFindRoomOnAFullerOne) {
  SmallSite small(4);
  const auto lonely = small.add(1, 0.2);
  for (int i = 0; i < 3; ++i) small.add(3, 0.3);
  const auto moves = small.decide();
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0].vm, lonely);
  EXPECT_EQ(moves[0].to, 3u);
}

TEST(HeadroomPolicy, EmptiesNoHostOntoOneThatIsOff) {
  SmallSite small(4);
  small.add(1, 0.2);
  EXPECT_TRUE(small.decide().empty());
}

TEST(HeadroomPolicy, StartsAHostWhenAnOverloadFindsRoomNowhereElse) {
  SmallSite small(4);
  for (int i = 0; i < 6; ++i) small.add(1, 0.95);
  const auto moves = small.decide();
  ASSERT_FALSE(moves.empty());
  for (const Move& m : moves) EXPECT_EQ(m.to, 3u);
}

TEST(HeadroomPolicy, SendsTheCheapestToCopyOfThoseThatCureAnOverload) {
  SmallSite small(4);
  HeadroomPolicy policy;
  std::vector<std::uint32_t> large;
  for (int i = 0; i < 5; ++i) large.push_back(small.add(1, 0.6));
  const auto light = small.add(1, 0.6, {1000, 613});  // the same load, a third of the memory
  small.add(3, 0.5);
  for (int step = 0; step < 30; ++step) {
    small.decide(policy);
    for (std::uint32_t vm : large) small.ask(vm, 0.9);
    small.ask(light, 0.9);
  }
  const auto moves = small.decide(policy);
  ASSERT_FALSE(moves.empty());
  EXPECT_EQ(moves[0].vm, light);
  EXPECT_EQ(moves[0].to, 3u);
}

TEST(Arrangement, PutsNoVmLargerThanACoreOnAHost) {
  SmallSite small(2);
  const auto vm = small.add(1, 0.1, {2500, 870});
  LoadForecast forecast;
  forecast.observe(small.site());
  const Arrangement hosts(small.site(), forecast);
  EXPECT_FALSE(hosts.fits(vm, 0));  // of 1860 MIPS
  EXPECT_TRUE(hosts.fits(vm, 1));   // of 2660
}

TEST(LoadForecast, LearnsALevelAndASpread) {
  SmallSite small(2);
  const auto vm = small.add(1, 0.4);
  LoadForecast forecast;
  for (int step = 0; step < 200; ++step) {
    small.ask(vm, step % 2 == 0 ? 0.3 : 0.5);
    forecast.observe(small.site());
  }
  EXPECT_NEAR(forecast.mean(vm), 400, 10);
  EXPECT_NEAR(std::sqrt(forecast.variance(vm)), 100, 10);
}

TEST(LoadForecast, TakesAVmForOneOfTheFleetAtFirst) {
  SmallSite small(2);
  for (int i = 0; i < 9; ++i) small.add(1, 0.1);
  const auto high = small.add(1, 0.9);
  LoadForecast forecast;
  forecast.observe(small.site());
  EXPECT_LT(forecast.mean(high), 900 - 50);
  EXPECT_GT(forecast.mean(high), 500);
}

}  // namespace
}  // namespace consolidation
}  // namespace headroom
