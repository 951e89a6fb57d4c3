#include "analogues.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "simd.h"
#include "sort_few.h"

namespace headroom {
namespace {

constexpr float kMissing = __builtin_nanf("");
constexpr int kFollowing = 12;          // steps that must be known after an analogue
constexpr int kFewestStretches = 100;   // among fewer, the most alike is hardly alike
constexpr int kApart = 3;
constexpr int kTwice = 3;               // the newest steps, that count twice
constexpr int kCodesAnOctave = 64;
constexpr int kMostCode = 21 * kCodesAnOctave;  // so that the longest sum stays below kNever
constexpr std::uint16_t kNever = 65535;
static_assert((kAlikeSteps.back() + kTwice) * kMostCode < kNever);

// A week of one series, oldest first.
struct Week {
  int steps = 0;
  std::array<float, kStepsPerWeek> value;
  std::array<std::uint16_t, kStepsPerWeek> code;
};

// Octaves of 1 + x, straight between the powers of two: the exponent and the first bits of the mantissa.
std::uint16_t octave_code(float x) {
  const std::int32_t bits = std::bit_cast<std::int32_t>(1 + x) - 0x3f800000;
  return static_cast<std::uint16_t>(std::min(bits >> 17, kMostCode));
}

HEADROOM_CLONES
void encode(Week& week, float per_scale) {
  std::array<float, kStepsPerWeek> held;
  float last = 0;
  for (int i = 0; i < week.steps; ++i) held[i] = last = std::isnan(week.value[i]) ? last : week.value[i];
  for (int i = 0; i < week.steps; ++i) week.code[i] = octave_code(held[i] * per_scale);
}

// By the last step of the stretch; those beyond the last are kNever.
using Sums = std::array<std::uint16_t, kStepsPerWeek>;
constexpr int kGroup = 32;  // sums whose lowest is known
static_assert(kStepsPerWeek % kGroup == 0);
using Lowest = std::array<std::uint16_t, kStepsPerWeek / kGroup>;

// Adds the differences of the steps [from, to) back, for the stretches that end in [first, end).
HEADROOM_CLONES
void add_differences(const Week& week, int from, int to, int first, int end, Sums& sums) {
  for (int back = from; back < to; ++back) {
    const std::uint16_t own = week.code[week.steps - 1 - back];
    const std::uint16_t* other = week.code.data() - back;
    for (int e = first; e < end; ++e)
      sums[e] = static_cast<std::uint16_t>(sums[e] + (std::max(other[e], own) - std::min(other[e], own)));
  }
}

std::uint16_t lowest_of(const Sums& sums, int group) {
  std::uint16_t lowest = kNever;
  for (int i = group * kGroup; i < (group + 1) * kGroup; ++i) lowest = std::min(lowest, sums[i]);
  return lowest;
}

HEADROOM_CLONES
void find_lowest(const Sums& sums, Lowest& lowest) {
  for (std::size_t g = 0; g < lowest.size(); ++g) lowest[g] = lowest_of(sums, static_cast<int>(g));
}

// The newest of the lowest sums.
int place_of_lowest(const Sums& sums, const Lowest& lowest) {
  std::size_t group = lowest.size() - 1;
  for (std::size_t g = group; g-- > 0;)
    if (lowest[g] < lowest[group]) group = g;
  int at = static_cast<int>(group + 1) * kGroup - 1;
  while (sums[at] != lowest[group]) --at;
  return at;
}

// The last steps of the stretches nearest to the newest one; `sums` is used up.
struct Nearest {
  std::array<int, kAnalogues> end;
  std::size_t count = 0;
  std::uint16_t first = 0, last = 0;
};
Nearest nearest(Sums& sums) {
  Nearest found;
  Lowest lowest;
  find_lowest(sums, lowest);
  while (found.count < kAnalogues) {
    const int at = place_of_lowest(sums, lowest);
    if (sums[at] == kNever) break;
    found.last = sums[at];
    if (found.count == 0) found.first = found.last;
    found.end[found.count++] = at;
    const int from = std::max(0, at - kApart + 1), to = std::min(kStepsPerWeek, at + kApart);
    for (int i = from; i < to; ++i) sums[i] = kNever;
    for (int g = from / kGroup; g <= (to - 1) / kGroup; ++g) lowest[g] = lowest_of(sums, g);
  }
  return found;
}

// `value(end)` of each analogue; what is missing is left out.
template <class Value>
Followed followed(const Nearest& found, Value value) {
  std::array<float, kAnalogues> known;
  std::size_t count = 0;
  for (std::size_t i = 0; i < found.count; ++i)
    if (const float x = value(found.end[i]); !std::isnan(x)) known[count++] = x;
  if (count == 0) return {kMissing, kMissing, kMissing};
  const float first = known[0];
  sort_few(std::span(known).first(count));
  return {first, known[count / 2], known[count - 1]};
}

Analogues look_on(const Week& week, const Nearest& found, int steps) {
  const auto after = [&](int ahead) {
    return followed(found, [&](int end) { return week.value[static_cast<std::size_t>(end + ahead)]; });
  };
  const auto peak = [&](int end) {
    float highest = kMissing;
    for (int ahead = 1; ahead <= kFollowing; ++ahead) {
      const float x = week.value[static_cast<std::size_t>(end + ahead)];
      if (!(x <= highest) && !std::isnan(x)) highest = x;
    }
    return highest;
  };
  const float per_step = 1.0F / static_cast<float>(kCodesAnOctave * (steps + kTwice));
  return {after(1), after(3), after(kFollowing), followed(found, peak), static_cast<float>(found.first) * per_step,
          static_cast<float>(found.last) * per_step};
}

}  // namespace

std::array<Analogues, kAlikeSteps.size()> find_analogues(const Series& series) {
  constexpr Followed kNothing{kMissing, kMissing, kMissing};
  std::array<Analogues, kAlikeSteps.size()> answer;
  answer.fill({kNothing, kNothing, kNothing, kNothing, kMissing, kMissing});
  Week week;
  week.steps = series.copy_week(week.value);
  const int end = week.steps - kFollowing;
  if (end < kFewestStretches) return answer;
  encode(week, static_cast<float>(1 / series.scale()));
  Sums sums{}, used;
  add_differences(week, 0, kTwice, kTwice - 1, end, sums);  // once more than the others
  int compared = 0;
  for (std::size_t k = 0; k < kAlikeSteps.size(); ++k) {
    const int first = kAlikeSteps[k] - 1;
    if (end - first < kFewestStretches) break;
    add_differences(week, compared, kAlikeSteps[k], first, end, sums);
    compared = kAlikeSteps[k];
    used.fill(kNever);
    for (int e = first; e < end; ++e) used[e] = std::isnan(week.value[e]) ? kNever : sums[e];
    const Nearest found = nearest(used);
    if (found.count > 0) answer[k] = look_on(week, found, kAlikeSteps[k]);
  }
  return answer;
}

}  // namespace headroom
