// Is a host's risk what happens? Random groups of VMs stand for hosts: what the planner says of their sum 15 minutes ahead,
// against the sum that came. The truth is capped like the forecast, by the VM's own limit.
// A larger run, by hand: HEADROOM_TRACES=DIR build/release/bin/forecasts_test --gtest_filter=HostRisk.*
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "fleet.h"
#include "headroom/planner/host_load.h"

namespace headroom {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<std::size_t, 4> kSizes{5, 10, 20, 40};
constexpr std::size_t kGroupsOfASize = 40;
constexpr std::uint64_t kSeed = 5;

struct Group {
  std::vector<std::size_t> vms;
  std::vector<Load> foreseen;           // at each origin at which all of it is known
  std::vector<double> came, highest;    // the sum at the horizon, and its peak within it
};

struct Moment {
  Load load;                            // of one VM; most 0: not known
  std::array<double, 3> came{};         // in each step of the horizon
};

double capped(const VmTrace& vm, Instant step) { return std::min(demand_at(vm, Resource::kCpu, step), 1000.0 * vm.cores); }

// Forecasts every VM at every step, so that the calibration lives, and hands over each hour's.
template <class Visit>
void replay(const HostPolicy& policy, Instant from, Instant to, Visit visit) {
  const Fleet& fleet = sample_fleet();
  Snapshot s;
  s.horizons = {policy.overload_horizon};
  s.vms.resize(fleet.vms.size());
  const auto engine = PredictiveLoadEngine::make(shipped_model(), s.horizons).value();
  std::vector<VmId> ids;
  for (std::size_t i = 0; i < s.vms.size(); ++i) {
    ids.emplace_back(static_cast<std::uint32_t>(i));
    engine->set_ceiling(ids[i], Resources(MilliCores(1000 * fleet.vms[i].cores)));
  }
  std::vector<Forecast> out;
  std::vector<Moment> moments(s.vms.size());
  for (Instant at = from - hours(24 * 8); at < to; at += fleet.step) {
    for (VmId id : ids) engine->observe(sample_of(id.value(), at));
    if (at < from - hours(24)) continue;
    engine->forecast(at + fleet.step, ids, out);
    if (at < from || (at - from) % hours(1) != Duration(0)) continue;
    for (std::size_t i = 0; i < moments.size(); ++i) {
      s.vms[i].forecast = out[i];
      moments[i].load = cpu_load(s, s.vms[i], policy, 1000.0 * fleet.vms[i].cores);
      for (int k = 1; k <= 3; ++k) moments[i].came[static_cast<std::size_t>(k - 1)] = capped(fleet.vms[i], at + k * fleet.step);
      if (std::isnan(demand_at(fleet.vms[i], Resource::kCpu, at))) moments[i].came.fill(std::nan(""));
    }
    visit(moments);
  }
}

std::vector<Group> random_groups(std::size_t vms) {
  std::mt19937_64 random(kSeed);
  std::vector<Group> groups;
  std::vector<std::size_t> all(vms);
  for (std::size_t i = 0; i < vms; ++i) all[i] = i;
  for (std::size_t size : kSizes)
    for (std::size_t g = 0; g < kGroupsOfASize; ++g) {
      for (std::size_t i = 0; i < size; ++i) std::swap(all[i], all[i + random() % (vms - i)]);
      groups.push_back({{all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size)}, {}, {}, {}});
    }
  return groups;
}

void add_up(const std::vector<Moment>& moments, Group& group) {
  Load sum;
  std::array<double, 3> came{};
  for (std::size_t i : group.vms) {
    sum.add(moments[i].load);
    for (std::size_t k = 0; k < 3; ++k) came[k] += moments[i].came[k];
  }
  const double highest = std::max({came[0], came[1], came[2]});
  if (std::isnan(came[0] + came[1] + came[2])) return;
  group.foreseen.push_back(sum);
  group.came.push_back(came[2]);
  group.highest.push_back(highest);
}

// Forecasts by what they said, and what came of them.
struct Reliability {
  static constexpr std::array<double, 6> kEdges{0.02, 0.05, 0.1, 0.2, 0.5, 1.0001};
  std::array<double, 6> said{}, came{}, cases{};
  void add(double probability, bool exceeded) {
    const auto bin = static_cast<std::size_t>(std::upper_bound(kEdges.begin(), kEdges.end(), probability) - kEdges.begin());
    said[bin] += probability, came[bin] += exceeded ? 1 : 0, ++cases[bin];
  }
};

TEST(HostRisk, IsAboutWhatHappens) {
  HostPolicy policy;
  const double rho = policy.shared_variance;
  const Instant from = instant_from_epoch_seconds(1'376'265'600);
  const bool bundled = std::getenv("HEADROOM_TRACES") == nullptr;
  std::vector<Group> groups = random_groups(sample_fleet().vms.size());
  replay(policy, from, from + hours(24 * (bundled ? 6 : 18)), [&](const std::vector<Moment>& moments) {
    for (Group& g : groups) add_up(moments, g);
  });
  fmt::print("seed {}; share of sums at or under what is said to have a chance of 50, 10, 5 and 1 % to be passed\n", kSeed);
  Reliability reliability;
  for (std::size_t s = 0; s < kSizes.size(); ++s) {
    std::array<double, 4> under{}, peak_under{};
    double cases = 0;
    for (std::size_t g = s * kGroupsOfASize; g < (s + 1) * kGroupsOfASize; ++g) {
      const Group& group = groups[g];
      std::vector<double> sorted = group.came;
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t i = 0; i < group.came.size(); ++i) {
        const double p = group.foreseen[i].exceedance(group.came[i], rho), p_peak = group.foreseen[i].exceedance(group.highest[i], rho);
        for (std::size_t l = 0; l < 4; ++l) {
          const double chance = std::array{0.5, 0.1, 0.05, 0.01}[l];
          under[l] += p >= chance ? 1 : 0, peak_under[l] += p_peak >= chance ? 1 : 0;
        }
        ++cases;
        for (double share : {0.8, 0.9, 0.95, 0.99}) {  // capacities that are passed now and then
          const double capacity = sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
          reliability.add(group.foreseen[i].exceedance(capacity, rho), group.came[i] > capacity);
        }
      }
    }
    ASSERT_GT(cases, 2000) << kSizes[s];
    for (double& x : under) x /= cases;
    for (double& x : peak_under) x /= cases;
    fmt::print("{:>2} VMs: {:.3f} {:.3f} {:.3f} {:.3f}   highest of the three steps: {:.3f} {:.3f} {:.3f} {:.3f}\n", kSizes[s], under[0],
               under[1], under[2], under[3], peak_under[0], peak_under[1], peak_under[2], peak_under[3]);
    // The middle is high and the far tail thin, since demand bursts and the sum is taken as normal (docs/planner.md).
    EXPECT_NEAR(under[0], 0.50, 0.16) << kSizes[s];
    EXPECT_NEAR(under[1], 0.90, 0.05) << kSizes[s];
    EXPECT_NEAR(under[2], 0.95, 0.03) << kSizes[s];
    EXPECT_NEAR(under[3], 0.99, 0.045) << kSizes[s];
  }
  for (std::size_t bin = 0; bin < reliability.cases.size(); ++bin) {
    const double n = std::max(1.0, reliability.cases[bin]), said = reliability.said[bin] / n, came = reliability.came[bin] / n;
    fmt::print("said {:.3f}, came {:.3f} of {}\n", said, came, reliability.cases[bin]);
    EXPECT_NEAR(came, said, 0.02 + 0.2 * said);
  }
}

}  // namespace
}  // namespace headroom
