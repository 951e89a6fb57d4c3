// The search for analogues against a plain one, and on series whose analogues are known.
#include <gmock/gmock.h>

#include <algorithm>
#include <bit>

#include "../src/analogues.h"
#include "synthetic.h"

namespace headroom {
namespace {

Series pushed(const std::vector<float>& x) {
  Series series(Resource::kCpu);
  for (float value : x) series.push(value);
  return series;
}

// In 64ths of an octave of 1 + x, straight in between.
int code_of(float x) { return (std::bit_cast<std::int32_t>(1 + x) - 0x3f800000) >> 17; }

struct Candidate {
  int distance, end;
};

// All stretches of `steps` like the newest one, nearest first, of equally near ones the newest; then those left that are
// three steps apart.
std::vector<Candidate> plain_search(const Series& series, int steps) {
  std::array<float, kStepsPerWeek> week;
  const int known = series.copy_week(week);
  std::vector<int> code;
  float last = 0;
  for (int i = 0; i < known; ++i) {
    if (!std::isnan(week[static_cast<std::size_t>(i)])) last = week[static_cast<std::size_t>(i)];
    code.push_back(code_of(last * static_cast<float>(1 / series.scale())));
  }
  std::vector<Candidate> all, apart;
  for (int end = steps - 1; end + 12 < known; ++end) {
    if (std::isnan(week[static_cast<std::size_t>(end)])) continue;
    int distance = 0;
    for (int back = 0; back < steps; ++back)
      distance += (back < 3 ? 2 : 1) * std::abs(code[static_cast<std::size_t>(end - back)] - code[static_cast<std::size_t>(known - 1 - back)]);
    all.push_back({distance, end});
  }
  std::sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.end > b.end;
  });
  for (const Candidate& c : all) {
    const auto near = [&](const Candidate& other) { return std::abs(c.end - other.end) < 3; };
    if (apart.size() < kAnalogues && std::none_of(apart.begin(), apart.end(), near)) apart.push_back(c);
  }
  return apart;
}

TEST(Analogues, AreThoseOfAPlainSearchThroughGaps) {
  for (std::uint64_t seed : {3, 4, 5}) {
    SCOPED_TRACE(seed);
    auto x = wave(seed, 2600);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i % 97 == 5 || (i > 1500 && i < 1530)) x[i] = std::nanf("");
    const Series series = pushed(x);
    const auto found = find_analogues(series);
    for (std::size_t k = 0; k < kAlikeSteps.size(); ++k) {
      const auto plain = plain_search(series, kAlikeSteps[k]);
      ASSERT_EQ(plain.size(), kAnalogues);
      const float a_step = 1.0F / static_cast<float>(64 * (kAlikeSteps[k] + 3));
      EXPECT_FLOAT_EQ(found[k].distance, static_cast<float>(plain.front().distance) * a_step);
      EXPECT_FLOAT_EQ(found[k].farthest, static_cast<float>(plain.back().distance) * a_step);
      const auto after = [&](const Candidate& c, int ahead) { return series.at(kStepsPerWeek - 1 - c.end - ahead); };
      const auto next = std::find_if(plain.begin(), plain.end(), [&](const Candidate& c) { return !std::isnan(after(c, 1)); });
      EXPECT_EQ(found[k].next.nearest, after(*next, 1));
      float highest = 0;
      for (const Candidate& c : plain)
        for (int ahead = 1; ahead <= 12; ++ahead)
          if (!std::isnan(after(c, ahead))) highest = std::max(highest, after(c, ahead));
      EXPECT_EQ(found[k].peak_of_12.highest, highest);
    }
  }
}

// A job of odd and changing distance in time that is announced by two steps of its own.
TEST(Analogues, KnowWhatComesAfterAnAnnouncedJob) {
  std::vector<float> x(2016, 100);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += static_cast<float>(i % 3);
  std::size_t at = 60;
  for (std::size_t job = 0; at + 8 < x.size(); ++job, at += 120 + 7 * (job % 5)) {
    x[at] = 300, x[at + 1] = 200;
    for (std::size_t k = 2; k < 8; ++k) x[at + k] = 2000;
  }
  x.insert(x.end(), {300, 200});
  const auto found = find_analogues(pushed(x));
  EXPECT_EQ(found[0].next.nearest, 2000);
  EXPECT_EQ(found[0].next.median, 2000);
  EXPECT_EQ(found[0].in_3_steps.median, 2000);
  EXPECT_LT(found[0].in_12_steps.median, 110);
  EXPECT_EQ(found[0].peak_of_12.median, 2000);
}

TEST(Analogues, AreMissingWhereThePastIsShort) {
  const auto nothing = find_analogues(pushed(wave(1, 100)));
  EXPECT_TRUE(std::isnan(nothing[0].next.median));
  EXPECT_TRUE(std::isnan(nothing[0].distance));
  const auto of_the_hour = find_analogues(pushed(wave(1, 140)));
  EXPECT_FALSE(std::isnan(of_the_hour[0].next.median));
  EXPECT_TRUE(std::isnan(of_the_hour[1].next.median)) << "three hours need a longer past";
  EXPECT_TRUE(std::isnan(find_analogues(Series(Resource::kCpu))[0].next.median));
}

}  // namespace
}  // namespace headroom
