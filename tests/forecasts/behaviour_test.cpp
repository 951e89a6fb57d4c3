// What the shipped model and its calibration do with real VMs in trouble: new ones, and ones that change overnight.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "fleet.h"

namespace headroom {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// How often the truth was at or below a quantile.
struct Coverage {
  int known = 0, below = 0;
  void add(double truth, double quantile) {
    if (std::isnan(truth)) return;
    ++known;
    below += truth <= quantile ? 1 : 0;
  }
  double share() const { return static_cast<double>(below) / std::max(1, known); }
};

// Each VM of the sample is born five times and forecast on its tenth sample.
TEST(NewVms, WithTenSamplesGetWideAndHonestBands) {
  const Fleet& fleet = sample_fleet();
  std::array<Coverage, kLevelCount> value, peak;
  Coverage cpu_q90;
  int births = 0, flat = 0;
  for (int birth = 0; birth < 5; ++birth) {
    const auto engine = PredictiveLoadEngine::make(shipped_model(), {minutes(5), hours(1)}).value();
    const Instant begin = instant_from_epoch_seconds(1'376'265'600) + birth * hours(29);
    for (std::size_t vm = 0; vm < fleet.vms.size(); ++vm) {
      engine->set_ceiling(VmId(static_cast<std::uint32_t>(vm)), Resources(MilliCores(1000 * fleet.vms[vm].cores)));
      for (int step = 0; step < 10; ++step) engine->observe(sample_of(vm, begin + step * fleet.step));
      const VmId id(static_cast<std::uint32_t>(vm));
      std::vector<Forecast> out;
      engine->forecast(begin + 10 * fleet.step, std::span(&id, 1), out);
      if (out[0].state == ForecastState::kNone) continue;
      EXPECT_EQ(out[0].state, ForecastState::kLearning);
      ++births;
      for (Resource r : kAllResources) {
        double highest = 0;
        for (int step = 10; step < 22; ++step) highest = std::max(highest, demand_at(fleet.vms[vm], r, begin + step * fleet.step));
        const double truth = demand_at(fleet.vms[vm], r, begin + 21 * fleet.step);
        if (r == Resource::kCpu) cpu_q90.add(truth, out[0].at(r, 1).value.at[4]);
        for (std::size_t l = 0; l < kLevelCount; ++l) {
          value[l].add(truth, out[0].at(r, 1).value.at[l]);
          peak[l].add(highest, out[0].at(r, 1).peak.at[l]);
        }
        flat += out[0].at(r, 1).peak.at.front() == out[0].at(r, 1).peak.at.back() ? 1 : 0;
      }
    }
  }
  for (std::size_t l = 0; l < kLevelCount; ++l)
    fmt::print("an hour ahead of {} births, q{}: value {:.3f}, peak {:.3f}\n", births, kLevels[l] * 100, value[l].share(), peak[l].share());
  EXPECT_GT(births, 200);
  EXPECT_EQ(flat, 0) << "ten equal samples are no proof of a constant";
  for (std::size_t l = 4; l < kLevelCount; ++l) {
    EXPECT_GT(value[l].share(), kLevels[l] - 0.03) << kLevels[l];
    EXPECT_GT(peak[l].share(), kLevels[l] - 0.04) << kLevels[l];
  }
  EXPECT_GT(cpu_q90.share(), 0.87);
}

// From a midnight on every VM wants twice what it did.
TEST(VmsThatDouble, AreFollowedWithinHoursAndCoveredAgain) {
  const Fleet& fleet = sample_fleet();
  const Instant doubles = instant_from_epoch_seconds(1'376'870'400), begin = doubles - hours(24 * 9), end = doubles + hours(60);
  const auto engine = PredictiveLoadEngine::make(shipped_model(), {minutes(15), hours(1)}).value();
  std::vector<VmId> ids;
  for (std::size_t vm = 0; vm < fleet.vms.size(); vm += 2) ids.emplace_back(static_cast<std::uint32_t>(vm));
  std::map<std::string, std::array<Coverage, 2>> cover;  // q90 and q99 of an hour ahead, by time since the doubling
  std::vector<Forecast> out;
  for (Instant at = begin; at < end; at += fleet.step) {
    for (VmId id : ids) engine->observe(sample_of(id.value(), at, at < doubles ? 1 : 2));
    if (at < doubles - hours(48)) continue;
    const Instant origin = at + fleet.step;
    engine->forecast(origin, ids, out);
    const auto since = std::chrono::duration_cast<hours>(origin - doubles).count();
    const char* when = origin < doubles - hours(1) ? "before" : since < 1 ? "" : since < 3 ? "hours 2 and 3" : since < 6 ? "hours 4 to 6"
                     : since < 24 ? "the rest of the day" : "the next day and a half";
    for (const Forecast& f : out)
      for (Resource r : kAllResources) {
        const Instant last = origin + hours(1) - fleet.step;
        const double truth = demand_at(fleet.vms[f.vm.value()], r, last) * (last < doubles ? 1 : 2);
        cover[when][0].add(truth, f.at(r, 1).value.at[4]);
        cover[when][1].add(truth, f.at(r, 1).value.at[6]);
      }
  }
  for (const auto& [when, shares] : cover)
    if (!when.empty()) fmt::print("{}: q90 {:.3f}, q99 {:.3f} of {}\n", when, shares[0].share(), shares[1].share(), shares[0].known);
  const double usual = cover["before"][0].share();
  EXPECT_NEAR(usual, 0.90, 0.02);
  EXPECT_NEAR(cover["hours 2 and 3"][0].share(), usual, 0.10);
  EXPECT_NEAR(cover["hours 4 to 6"][0].share(), usual, 0.05);
  EXPECT_NEAR(cover["the rest of the day"][0].share(), usual, 0.03);
  EXPECT_NEAR(cover["the next day and a half"][0].share(), usual, 0.02);
  EXPECT_NEAR(cover["the next day and a half"][1].share(), 0.99, 0.01);
}

}  // namespace
}  // namespace headroom
