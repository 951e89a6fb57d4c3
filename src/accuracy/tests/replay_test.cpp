#include "headroom/accuracy/replay.h"

#include <gmock/gmock.h>

#include "small_fleet.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;

// Says the last value it saw, and keeps what it was told and asked.
class Listener final : public Forecaster {
 public:
  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId vm, const Resources& ceiling) override { ceiling_.emplace_back(vm.value(), ceiling.memory().count()); }
  void observe(const VmSample& s) override { last_[s.vm.value()] = s.sample; }
  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override {
    asked_.push_back(origin);
    out.resize(vms.size());
    for (std::size_t i = 0; i < vms.size(); ++i) {
      newest_is_origin_ = newest_is_origin_ && last_[vms[i].value()].at == origin;
      for (Resource r : kAllResources)
        out[i].outlook[index(r)].assign(1, {Band::certain(last_[vms[i].value()].used[index(r)]), Band()});
    }
  }

  Horizons horizons_{minutes(5)};
  std::map<std::uint32_t, Sample> last_;
  std::vector<std::pair<std::uint32_t, std::int64_t>> ceiling_;
  std::vector<Instant> asked_;
  bool newest_is_origin_ = true;
};

struct Heard {
  std::size_t vm, slot;
  Instant origin;
  double cpu;
};

std::vector<Heard> replay(const Fleet& fleet, Listener& listener, const ForecastReplayOptions& options) {
  std::vector<Heard> heard;
  replay_forecasts(fleet, listener, options, [&](const ReplayedForecast& f) {
    heard.push_back({f.vm, f.slot, f.origin, f.forecast.at(Resource::kCpu, 0).value.at[1]});
  });
  return heard;
}

TEST(ForecastReplay, AsksAtTheOriginsOfTheGridWithNothingLaterSeen) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {1, 2, 3, 4, 5, 6, 7})});
  Listener listener;
  const auto heard = replay(fleet, listener, {.grid = {kBegin + minutes(5), 2}, .warm_up = Duration::zero()});
  ASSERT_EQ(heard.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(heard[i].slot, 1 + 2 * i);
    EXPECT_EQ(heard[i].origin, kBegin + minutes(5 + 10 * static_cast<int>(i)));
    EXPECT_EQ(heard[i].cpu, 10.0 * static_cast<double>(2 + 2 * i));
  }
  EXPECT_EQ(listener.asked_.size(), 3U);
  EXPECT_TRUE(listener.newest_is_origin_);
}

TEST(ForecastReplay, ForecastsAtEveryStepFromTheWarmUpOn) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {1, 2, 3, 4, 5, 6, 7})});
  Listener listener;
  const auto heard = replay(fleet, listener, {.grid = {kBegin + minutes(20), 2}, .warm_up = minutes(10)});
  EXPECT_EQ(heard.size(), 2U);
  EXPECT_EQ(listener.asked_.size(), 5U);
  EXPECT_EQ(listener.asked_.front(), kBegin + minutes(15));
}

TEST(ForecastReplay, AVmIsAskedAboutWhileItLives) {
  Fleet fleet = fleet_of({vm_with_cpu("a", {1, 2, 3}), vm_with_cpu("b", {7, 8})});
  fleet.vms[1].start = kBegin + minutes(10);
  Listener listener;
  const auto heard = replay(fleet, listener, {.grid = {kBegin, 1}});
  std::vector<std::pair<std::size_t, std::size_t>> seen;
  for (const Heard& h : heard) seen.emplace_back(h.vm, h.slot);
  using P = std::pair<std::size_t, std::size_t>;
  EXPECT_THAT(seen, ElementsAre(P{0, 0}, P{0, 1}, P{0, 2}, P{1, 0}, P{1, 1}));
}

TEST(ForecastReplay, APartOfTheFleetIsReplayedAlone) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", {1}), vm_with_cpu("b", {2}), vm_with_cpu("c", {3})});
  Listener listener;
  const auto heard = replay(fleet, listener, {.grid = {kBegin, 1}, .first_vm = 1, .vm_count = 1});
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].vm, 1U);
  EXPECT_EQ(heard[0].cpu, 20);
  EXPECT_EQ(listener.last_.size(), 1U);
}

TEST(ForecastReplay, TellsTheProvisionOfEachStepAsTheCeiling) {
  Fleet fleet = fleet_of({vm_with_cpu("a", {1, 2, 3})});
  fleet.vms[0].memory_provision = {100, 0, 300};  // 0: not recorded, so the last one stands
  Listener listener;
  replay(fleet, listener, {.grid = {kBegin, 1}});
  using P = std::pair<std::uint32_t, std::int64_t>;
  EXPECT_THAT(listener.ceiling_, ElementsAre(P{0, 100}, P{0, 300}));
}

TEST(ForecastReplay, TellsWhatWasHeldBack) {
  Fleet fleet = fleet_of({vm_with_cpu("a", {1, 2, 3})});
  fleet.vms[0].stalled[index(Resource::kCpu)] = {0, 0, 0.5F};
  Listener listener;
  replay(fleet, listener, {.grid = {kBegin, 1}});
  EXPECT_EQ(listener.last_[0].stalled[index(Resource::kCpu)], 0.5F);
  EXPECT_EQ(listener.last_[0].stalled[index(Resource::kMemory)], 0);
}

TEST(ForecastReplay, EndsWhenProgressSaysSo) {
  const Fleet fleet = fleet_of({vm_with_cpu("a", std::vector<double>(100, 1))});
  Listener listener;
  ForecastReplayOptions options{.grid = {kBegin, 1}};
  int steps = 0;
  options.progress = [&](double share) { return share < 1 && ++steps <= 10; };
  int heard = 0;
  EXPECT_FALSE(replay_forecasts(fleet, listener, options, [&](const ReplayedForecast&) { ++heard; }));
  EXPECT_EQ(heard, 10);
}

}  // namespace
}  // namespace headroom
