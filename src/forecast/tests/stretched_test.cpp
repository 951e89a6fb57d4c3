// A fleet whose time runs faster than its model's.
#include "headroom/forecast/stretched.h"

#include <gtest/gtest.h>

#include <map>

#include "synthetic.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Instant kLive = instant_from_epoch_seconds(1'795'435'203);  // no multiple of any step
constexpr std::size_t kVms = 3;

// One report or one forecast at a moment of the trace's time.
struct Event {
  Duration after;
  std::optional<VmSample> sample;  // none: a forecast of all VMs
};

// Reports finer than the step, late, twice and missing, and forecasts at steps' ends and within.
std::vector<Event> events(std::uint64_t seed, std::size_t steps) {
  std::mt19937_64 random(seed);
  std::vector<Event> all;
  std::map<std::size_t, std::vector<float>> load;
  for (std::size_t v = 0; v < kVms; ++v) load[v] = wave(seed + v, steps);
  for (std::size_t step = 0; step < steps; ++step) {
    for (int part = 1; part <= 2; ++part)
      for (std::size_t v = 0; v < kVms; ++v) {
        if (random() % 20 == 0 || (v == 2 && step > 200 && step < 260)) continue;
        const Duration at = step * kStep + part * kStep / 2 - (random() % 10 == 0 ? minutes(1) : minutes(0));
        VmSample s{VmId(static_cast<std::uint32_t>(v)), {kBeginning + at, {}, {}, true}};
        s.sample.used.fill(static_cast<double>(load[v][step]) * (part == 1 ? 0.9 : 1.1));
        s.sample.stalled.fill(random() % 50 == 0 ? 0.5F : 0.0F);
        all.push_back({at, s});
        if (random() % 30 == 0) all.push_back({at, s});
      }
    if (step % 3 != 2) all.push_back({(step + 1) * kStep, std::nullopt});
    if (step % 7 == 0) all.push_back({(step + 1) * kStep + minutes(2), std::nullopt});
  }
  return all;
}

// What an engine at a pace says to `all`, which is played so many times as fast.
std::vector<Forecast> play(const std::vector<Event>& all, Forecaster& forecaster, int times, Instant begin) {
  std::vector<VmId> ids;
  for (std::uint32_t v = 0; v < kVms; ++v) {
    ids.emplace_back(v);
    forecaster.set_ceiling(VmId(v), Resources(MilliCores(100'000), 4_GiB, 100_MBps, 100_MBps));
    forecaster.set_limit(VmId(v), Resources(MilliCores(300), 1_GiB, 10_MBps, 10_MBps));
  }
  std::vector<Forecast> said, now;
  for (const Event& e : all) {
    const Instant at = begin + e.after / times;
    if (e.sample) {
      VmSample s = *e.sample;
      s.sample.at = at;
      forecaster.observe(s);
      continue;
    }
    forecaster.forecast(at, ids, now);
    for (const Forecast& f : now) {
      EXPECT_EQ(f.origin, at);
      said.push_back(f);
    }
  }
  return said;
}

std::size_t differences(const std::vector<Forecast>& a, const std::vector<Forecast>& b) {
  std::size_t n = a.size() != b.size();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    n += a[i].vm != b[i].vm || a[i].state != b[i].state;
    for (Resource r : kAllResources)
      for (std::size_t h = 0; h < a[i].outlook[index(r)].size(); ++h) {
        const Outlook &x = a[i].at(r, h), &y = b[i].at(r, h);
        n += x.value.at != y.value.at || x.peak.at != y.peak.at || x.value_fallback != y.value_fallback;
      }
  }
  return n;
}

TEST(Stretched, ForecastsOfACompressedTraceAreThoseOfTheTraceToTheBit) {
  const auto all = events(5, 700);
  PredictiveLoadEngine own_pace(quick_model());
  const auto wanted = play(all, own_pace, 1, kBeginning);
  ASSERT_EQ(wanted.back().state, ForecastState::kReady);
  for (const int times : {2, 5, 30, 300}) {
    const Pace pace = Pace::make(kStep / times, kStep, Calendar{kLive, kBeginning}).value();
    ASSERT_EQ(pace.times, times);
    auto fast = make_paced_engine(quick_model(), {}, pace).value();
    EXPECT_EQ(fast.forecaster->horizons(), (Horizons{kStep / times, 3 * kStep / times, 12 * kStep / times}));
    EXPECT_EQ(differences(play(all, *fast.forecaster, times, kLive), wanted), 0U) << times << " times";
    const LiveReport a = own_pace.accuracy(), b = fast.engine->accuracy();
    EXPECT_GT(a.judgements(), 1000);
    EXPECT_EQ(a.judgements(), b.judgements());
    EXPECT_EQ(a.held(4), b.held(4));
  }
}

TEST(Stretched, WithoutTheCalendarOnlyTheHourAndTheDayOfTheWeekDiffer) {
  const auto all = events(6, 400);
  PredictiveLoadEngine own_pace(quick_model());
  auto adrift = make_paced_engine(quick_model(), {}, Pace::make(seconds(10), kStep).value()).value();
  const Instant on_a_border = kLive - seconds(3);
  const auto a = play(all, own_pace, 1, kBeginning), b = play(all, *adrift.forecaster, 30, on_a_border);
  EXPECT_GT(differences(b, a), 0U);
  ASSERT_EQ(a.size(), b.size());
  double apart = 0, width = 0;
  for (std::size_t i = a.size() / 2; i < a.size(); ++i) {
    const Band &x = a[i].at(Resource::kCpu, 0).value, &y = b[i].at(Resource::kCpu, 0).value;
    apart += std::fabs(static_cast<double>(x.at[2] - y.at[2])), width += static_cast<double>(x.at[4] - x.at[0]);
  }
  EXPECT_LT(apart, 0.5 * width);
}

TEST(Stretched, NothingAfterAnOriginCounts) {
  const Pace pace = Pace::make(seconds(10), kStep, Calendar{kLive, kBeginning}).value();
  auto honest = make_paced_engine(quick_model(), {}, pace).value(), ahead = make_paced_engine(quick_model(), {}, pace).value();
  const VmId id(0);
  const auto report = [&](PacedEngine& to, int step, double used) {
    VmSample s = sample_at(0, used);
    s.sample.at = kLive + step * seconds(10);
    to.forecaster->observe(s);
  };
  const auto load = wave(9, 400);
  for (int step = 1; step < 400; ++step)
    for (PacedEngine* each : {&honest, &ahead}) report(*each, step, static_cast<double>(load[static_cast<std::size_t>(step)]));
  report(ahead, 400, 1e9);
  std::vector<Forecast> a, b;
  honest.forecaster->forecast(kLive + 399 * seconds(10), std::span(&id, 1), a);
  ahead.forecaster->forecast(kLive + 399 * seconds(10), std::span(&id, 1), b);
  EXPECT_EQ(differences(a, b), 0U);
}

TEST(Stretched, TakesHorizonsOfTheFleetsOwnTime) {
  const Pace pace = Pace::make(seconds(10), kStep).value();
  auto paced = make_paced_engine(quick_model(), {seconds(10), seconds(30), minutes(2)}, pace).value();
  EXPECT_EQ(paced.forecaster->horizons(), (Horizons{seconds(10), seconds(30), minutes(2)}));
  EXPECT_EQ(paced.engine->horizons(), (Horizons{minutes(5), minutes(15), minutes(60)}));
  EXPECT_EQ(make_paced_engine(quick_model(), {seconds(10), minutes(5)}, pace).error().message,
            "the model forecasts 5m to 1h ahead, not 150m; train one that does (headroom train --horizons) or leave it out "
            "(horizons are 30 times as long to the model as to the fleet)");
}

TEST(Stretched, AtTheModelsOwnStepItIsTheEngineItself) {
  auto paced = make_paced_engine(quick_model(), {}, Pace::make(kStep, kStep).value()).value();
  EXPECT_EQ(paced.forecaster.get(), paced.engine);
  EXPECT_TRUE(paced.engine->replace_model(quick_model()));
}

TEST(Stretched, RefusesStepsThatTheModelCannotBeLaidOn) {
  EXPECT_EQ(Pace::make(minutes(15), kStep).error().message,
            "a step of 15m is longer than the model's of 5m, and what happens within a step cannot be made of it; take 5m or a whole part "
            "of it");
  EXPECT_EQ(Pace::make(seconds(7), kStep).error().message,
            "a step of 7s does not go a whole number of times into the model's of 5m; take one that does, of 1s at least");
  EXPECT_FALSE(Pace::make(Duration(500), kStep));
  EXPECT_FALSE(Pace::make(Duration(0), kStep));
  EXPECT_EQ(Pace::make(kStep, kStep, Calendar{kLive, kBeginning}).error().message,
            "a calendar that shows another time is for a step shorter than the model's of 5m; leave it out");
  EXPECT_TRUE(Pace::make(kStep, kStep, Calendar{kLive, kLive}));
}

}  // namespace
}  // namespace headroom
