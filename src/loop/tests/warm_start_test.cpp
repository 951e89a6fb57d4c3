// What a manager that starts anew knows of its VMs' past.
#include "headroom/loop/warm_start.h"

#include <gmock/gmock.h>

#include <random>

#include "headroom/actuator/memory_journal.h"
#include "headroom/forecast/stretched.h"
#include "headroom/history/memory_history.h"
#include "headroom/loop/loop.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kStep = minutes(5);
const Instant kNow = instant_from_epoch_seconds(1'375'315'200);

std::shared_ptr<const GlobalModel> shipped() { return GlobalModel::load(HEADROOM_SOURCE_DIR "/models/ple.model").value(); }

std::vector<Vm> vms(std::uint32_t count) {
  std::vector<Vm> all(count);
  for (std::uint32_t v = 0; v < count; ++v) {
    all[v].id = VmId(v);
    all[v].uuid = "uuid-" + std::to_string(v);
  }
  return all;
}

// Whole numbers, which a store keeps exactly.
std::vector<VmSample> load(std::uint32_t vm, int steps, Duration step, Instant end) {
  std::mt19937_64 random(vm + 1);
  std::vector<VmSample> samples;
  for (int back = steps - 1; back >= 0; --back) {
    VmSample s{VmId(vm), {end - back * step, {}, {}, true}};
    for (double& used : s.sample.used) used = 1000 + static_cast<double>((back % 288 < 100 ? 500 : 0) + random() % 200);
    samples.push_back(s);
  }
  return samples;
}

void keep(HistoryStore& store, const std::vector<VmSample>& samples, const std::vector<Vm>& of) {
  for (const VmSample& s : samples) {
    const HistorySample one{of[s.vm.value()].uuid, s.sample};
    ASSERT_TRUE(store.append({&one, 1}));
  }
}

// Writes down what it is told.
class Told : public Forecaster {
 public:
  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId, const Resources&) override {}
  void observe(const VmSample& s) override {
    ordered = ordered && s.sample.at >= newest;
    newest = s.sample.at;
    ++samples;
  }
  void forecast(Instant origin, std::span<const VmId> ids, std::vector<Forecast>& out) override {
    ordered = ordered && origin >= newest;
    out.resize(ids.size());
    forecasts += ids.size();
    origins.push_back(origin);
  }

  bool ordered = true;
  Instant newest = Instant::min();
  std::size_t samples = 0, forecasts = 0;
  std::vector<Instant> origins;

 private:
  Horizons horizons_{kStep};
};

TEST(WarmStart, ForecastsAsIfTheManagerHadBeenThereAllTheTime) {
  for (const int times : {1, 30}) {
    const Duration step = kStep / times;
    const Pace pace = Pace::make(step, kStep).value();
    auto there = make_paced_engine(shipped(), {}, pace).value(), warmed = make_paced_engine(shipped(), {}, pace).value();
    const auto fleet = vms(2);
    const auto store = make_memory_history();
    const std::vector<VmId> ids{VmId(0), VmId(1)};
    std::vector<Forecast> a, b;
    std::vector<VmSample> of[2] = {load(0, 600, step, kNow - step), load(1, 400, step, kNow - step)};
    for (const auto& samples : of) keep(*store, samples, fleet);
    for (int back = 600; back >= 1; --back) {
      for (const auto& samples : of)
        if (static_cast<std::size_t>(back) <= samples.size()) there.forecaster->observe(samples[samples.size() - static_cast<std::size_t>(back)]);
      if (back <= 288) there.forecaster->forecast(kNow - back * step, ids, a);
    }
    WarmStart warm(*store, *warmed.forecaster, step, {600, 288});
    std::vector<std::string> troubles;
    warm.take_up(fleet, kNow, troubles);
    EXPECT_THAT(troubles, IsEmpty());
    there.forecaster->forecast(kNow, ids, a);
    warmed.forecaster->forecast(kNow, ids, b);
    for (std::size_t v : {0U, 1U}) {
      EXPECT_EQ(b[v].state, ForecastState::kReady);
      for (Resource r : kAllResources)
        for (std::size_t h = 0; h < a[v].outlook[index(r)].size(); ++h) {
          EXPECT_EQ(a[v].at(r, h).value.at, b[v].at(r, h).value.at) << times;
          EXPECT_EQ(a[v].at(r, h).peak.at, b[v].at(r, h).peak.at) << times;
        }
    }
    EXPECT_EQ(there.engine->accuracy().judgements(), warmed.engine->accuracy().judgements());
  }
}

TEST(WarmStart, ReadsInOrderNoFurtherBackThanAskedAndNothingOfNow) {
  const auto fleet = vms(70);  // more than are read together
  const auto store = make_memory_history();
  for (std::uint32_t v = 0; v < 70; ++v) keep(*store, load(v, 40, kStep, kNow + 2 * kStep), fleet);
  for (std::size_t first = 0; first < 70; first += 64) {
    Told told;
    WarmStart warm(*store, told, kStep, {20, 5});
    std::vector<std::string> troubles;
    const std::size_t count = std::min<std::size_t>(64, 70 - first);
    warm.take_up(std::span(fleet).subspan(first, count), kNow + seconds(90), troubles);
    EXPECT_TRUE(told.ordered);
    EXPECT_EQ(told.samples, 21 * count);
    EXPECT_EQ(told.newest, kNow);
    EXPECT_EQ(told.forecasts, 6 * count);
    EXPECT_EQ(told.origins.back(), kNow);
  }
}

TEST(WarmStart, WarmsAVmOnceWhenItIsFirstSeen) {
  const auto fleet = vms(2);
  const auto store = make_memory_history();
  for (std::uint32_t v = 0; v < 2; ++v) keep(*store, load(v, 10, kStep, kNow - kStep), fleet);
  Told told;
  WarmStart warm(*store, told, kStep, {10, 0});
  std::vector<std::string> troubles;
  std::vector<std::size_t> seen;
  for (const std::size_t count : {1U, 1U, 2U, 0U, 2U}) {
    warm.take_up(std::span(fleet).first(count), kNow, troubles);
    seen.push_back(told.samples);
  }
  EXPECT_THAT(seen, ElementsAre(10U, 10U, 20U, 20U, 20U));
}

TEST(WarmStart, MakesFewerForecastsOfALargeFleet) {
  const auto store = make_memory_history();
  Told told;
  WarmStart warm(*store, told, kStep);
  std::vector<std::string> troubles;
  warm.take_up(vms(1000), kNow, troubles);
  EXPECT_EQ(told.forecasts, WarmStart::kMostForecasts);
  EXPECT_EQ(told.origins.front(), kNow - 100 * kStep);
}

// A disk with one bad place.
class Damaged : public HistoryStore {
 public:
  using HistoryStore::append;
  Result<void> append(std::span<const HistorySample>, std::span<const HistoryMark>) override { return {}; }
  Result<void> sync() override { return {}; }
  Result<std::string> mark(std::string_view) override { return std::string(); }
  Result<std::vector<Sample>> read(std::string_view uuid, Instant from, Instant to) override {
    if (uuid == "uuid-0") return fail(ErrorCode::kFailed, "a chunk of uuid-0 is damaged");
    return std::vector<Sample>{Sample{from, {}, {}, true}, Sample{to - Duration(1), {}, {}, true}};
  }
  Result<std::vector<std::string>> vms() override { return std::vector<std::string>{}; }
  Result<std::size_t> drop_before(Instant) override { return std::size_t{0}; }
};

TEST(WarmStart, GoesOnWithWhatItCanReadAndSaysWhatIsMissingOnce) {
  Damaged store;
  Told told;
  WarmStart warm(store, told, kStep, {600, 0});
  std::vector<std::string> troubles;
  warm.take_up(vms(2), kNow, troubles);
  EXPECT_THAT(troubles, ElementsAre("a part of the past is missing from forecasts: a chunk of uuid-0 is damaged (and 2 times more in the "
                                    "days before)"));
  EXPECT_EQ(told.samples, 6U);
}

// A pool that reports nothing yet, as on the first round.
class Silent : public Hypervisor {
 public:
  Result<Inventory> inventory() override {
    Host host;
    host.id = HostId(0);
    host.name = "host-1";
    host.physical = Resources(MilliCores(16'000), 64_GiB, 1000_MBps, 1000_MBps);
    Inventory there{{host}, vms(1)};
    there.vms[0].host = host.id;
    there.vms[0].allocation = Resources(MilliCores(2000), 1_GiB, 10_MBps, 10_MBps);
    there.vms[0].ceiling = Resources(MilliCores(4000), 4_GiB, 100_MBps, 100_MBps);
    return there;
  }
  Result<std::vector<VmSample>> samples() override { return std::vector<VmSample>{}; }
  Result<void> start(ActionId, const Action&) override { return {}; }
  Result<Progress> progress(ActionId) override { return Progress{}; }
  Result<void> cancel(ActionId) override { return {}; }
};

TEST(WarmStart, TheLoopIsReadyInItsFirstRoundWhereTheStoreKnowsADay) {
  for (const auto& [steps, state] : {std::pair(300, ForecastState::kReady), std::pair(100, ForecastState::kLearning),
                                     std::pair(0, ForecastState::kNone)}) {
    Silent pool;
    PredictiveLoadEngine engine(shipped());
    MemoryJournal journal{10};
    Actuator actuator(pool, journal, SafetyLimits::for_replay());
    ASSERT_TRUE(actuator.recover(kNow));
    const auto store = make_memory_history();
    keep(*store, load(0, steps, kStep, kNow - kStep), vms(1));
    Loop loop({pool, engine, actuator, store.get()}, Policy{}, minutes(1));  // rounds come more often than steps
    loop.warm_start(kStep);
    const auto round = loop.run_round(kNow);
    ASSERT_TRUE(round) << round.error().message;
    EXPECT_THAT(round->troubles, IsEmpty());
    EXPECT_EQ(loop.snapshot().vms.at(0).forecast.state, state) << steps;
  }
}

}  // namespace
}  // namespace headroom
