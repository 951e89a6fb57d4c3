// What came after the stretches of the known week that were most like the newest ones: the method of analogues (Lorenz
// 1969, "Atmospheric predictability as revealed by naturally occurring analogues"). Jobs that come at odd times announce
// themselves by their shape, where a lag knows only what comes round at even ones.
//
// Two stretches are compared step by step, in octaves of 1 + value / s (s: Series::scale()), by the sum of absolute
// differences; the newest three steps count twice. A gap is taken for the value before it. The nearest kAnalogues are kept,
// none within two steps of another; of equally near ones the newest. Whole numbers only, so that every instruction set
// gives the same answer.
//
// Threads: pure. Cost: some 10 us with AVX-512, 28 KB of stack. Errors: none; NaN where the past does not reach.
#pragma once

#include <array>

#include "headroom/forecast/series.h"

namespace headroom {

inline constexpr std::size_t kAnalogues = 8;
inline constexpr std::array<int, 2> kAlikeSteps{12, 36};  // how long the stretches are that are compared, ascending

// What came after the analogues, in base units: after the nearest, the median of all, and the highest.
struct Followed {
  float nearest, median, highest;
};
struct Analogues {
  Followed next, in_3_steps, in_12_steps, peak_of_12;
  float distance, farthest;  // of the nearest and the last one, in octaves a step
};

// One for each of kAlikeSteps.
std::array<Analogues, kAlikeSteps.size()> find_analogues(const Series& series);

}  // namespace headroom
