// Forecasts that come more often than steps, as in a fleet whose rounds come every minute.
#include <gtest/gtest.h>

#include "synthetic.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Live {
 public:
  void observe(Duration after, double used) {
    VmSample s{VmId(0), {kBeginning + after, {}, {}, true}};
    s.sample.used.fill(used);
    engine_.observe(s);
  }
  Forecast forecast(Duration after) {
    const VmId id(0);
    std::vector<Forecast> out;
    engine_.forecast(kBeginning + after, std::span(&id, 1), out);
    return out.at(0);
  }
  LiveReport accuracy() const { return engine_.accuracy(); }

 private:
  PredictiveLoadEngine engine_{quick_model()};
};

float median(const Forecast& f, std::size_t horizon = 0) { return f.at(Resource::kCpu, horizon).value.at[1]; }

bool alike(const Forecast& a, const Forecast& b) {
  for (Resource r : kAllResources)
    for (std::size_t h = 0; h < a.outlook[index(r)].size(); ++h)
      if (a.at(r, h).value.at != b.at(r, h).value.at || a.at(r, h).peak.at != b.at(r, h).peak.at) return false;
  return a.state == b.state;
}

// A report every 20 s, in two steps' time of which the load changes by much.
double load_at(std::size_t report, const std::vector<float>& wave) { return static_cast<double>(wave[report / 15]); }

TEST(BetweenSteps, ForecastsInBetweenChangeNothingOfThoseThatAreJudged) {
  const auto load = wave(31, 700);
  Live often, seldom;
  std::size_t compared = 0;
  for (std::size_t report = 0; report < 15 * load.size(); ++report) {
    const Duration at = static_cast<std::int64_t>(report + 1) * seconds(20);
    often.observe(at, load_at(report, load)), seldom.observe(at, load_at(report, load));
    if (at % minutes(1) != Duration::zero()) continue;
    const Forecast f = often.forecast(at);
    if (at % kStep != minutes(1)) continue;  // the first of a step
    ASSERT_TRUE(alike(f, seldom.forecast(at))) << report;
    ++compared;
  }
  EXPECT_EQ(compared, load.size());
  EXPECT_GT(often.accuracy().judgements(), 1000);
  EXPECT_EQ(often.accuracy().judgements(), seldom.accuracy().judgements());
}

TEST(BetweenSteps, ARiseIsSeenMinuteByMinuteAndNotAStepLater) {
  Live live;
  const auto load = wave(32, 600);
  Duration at{};
  for (std::size_t report = 0; report < 15 * load.size(); ++report) {
    at += seconds(20);
    live.observe(at, 500 + load_at(report, load) * 0.01);
    if (at % minutes(1) == Duration::zero()) live.forecast(at);
  }
  live.observe(at + seconds(20), 500), live.observe(at + seconds(40), 500), live.observe(at + minutes(1), 500);
  std::vector<float> said{median(live.forecast(at + minutes(1)))};
  for (int minute = 2; minute <= 5; ++minute) {
    for (int part = 1; part <= 3; ++part) live.observe(at + minutes(minute - 1) + part * seconds(20), 1000);
    said.push_back(median(live.forecast(at + minutes(minute))));
  }
  for (std::size_t i = 1; i < said.size(); ++i) EXPECT_GT(said[i], said[i - 1] + 20) << i;
  EXPECT_GT(said[4], 750);
}

TEST(BetweenSteps, WithNothingNewTheForecastIsTheSameAgain) {
  Live live;
  const auto load = wave(33, 400);
  for (std::size_t step = 0; step < load.size(); ++step) live.observe(static_cast<std::int64_t>(step + 1) * kStep, static_cast<double>(load[step]));
  const Duration end = static_cast<std::int64_t>(load.size()) * kStep;
  const Forecast first = live.forecast(end);
  EXPECT_TRUE(alike(first, live.forecast(end)));
  EXPECT_TRUE(alike(live.forecast(end + minutes(1)), live.forecast(end + minutes(2)))) << "a step in which nothing was heard";
}

TEST(BetweenSteps, NothingAfterAnOriginCounts) {
  Live honest, ahead;
  const auto load = wave(34, 400);
  for (std::size_t step = 0; step < load.size(); ++step)
    for (Live* each : {&honest, &ahead}) each->observe(static_cast<std::int64_t>(step + 1) * kStep, static_cast<double>(load[step]));
  const Duration end = static_cast<std::int64_t>(load.size()) * kStep;
  for (Live* each : {&honest, &ahead}) {
    for (int part = 1; part <= 3; ++part) each->observe(end + part * seconds(20), 100);
    each->forecast(end + minutes(1));
    for (int part = 1; part <= 3; ++part) each->observe(end + minutes(1) + part * seconds(20), 200);
  }
  ahead.observe(end + minutes(3), 1e9);
  EXPECT_TRUE(alike(honest.forecast(end + minutes(2)), ahead.forecast(end + minutes(2))));
}

TEST(BetweenSteps, ManyVmsAreForecastTogetherAsEachAlone) {
  constexpr std::uint32_t kVms = 90;
  PredictiveLoadEngine together(quick_model()), alone(quick_model());
  std::vector<VmId> ids;
  std::vector<std::vector<float>> load;
  for (std::uint32_t v = 0; v < kVms; ++v) ids.emplace_back(v), load.push_back(wave(40 + v, 320));
  std::vector<Forecast> out, one;
  const auto at = [](int report) { return kBeginning + report * minutes(1); };
  for (int report = 1; report <= 320 * 5; ++report) {
    for (std::uint32_t v = 0; v < kVms; ++v) {
      VmSample s{VmId(v), {at(report), {}, {}, true}};
      s.sample.used.fill(static_cast<double>(load[v][static_cast<std::size_t>(report - 1) / 5]) + report % 5);
      if (v % 3 == 0) s.sample.used[2] = std::nan("");  // so that batches part a VM's rows
      together.observe(s), alone.observe(s);
    }
    if (report < 1590) continue;
    together.forecast(at(report), ids, out);
    for (std::uint32_t v = 0; v < kVms; ++v) {
      alone.forecast(at(report), std::span(&ids[v], 1), one);
      ASSERT_TRUE(alike(one[0], out[v])) << v << " at " << report;
    }
  }
}

}  // namespace
}  // namespace headroom
