// Days made up from a seed, in the manner of PlanetLab's: a level a VM with noise, bursts of an hour, and quiet spells at 0.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "headroom/consolidation/day.h"

namespace headroom {

inline Day made_day(std::uint32_t seed, std::size_t vms) {
  std::mt19937 random(seed);
  const auto up_to = [&](std::uint32_t n) { return static_cast<int>(random() % n); };
  Day day;
  for (std::size_t v = 0; v < vms; ++v) {
    DayTrace vm{fmt::format("made/vm{:04}", v), {}};
    const int level = up_to(4) == 0 ? 30 + up_to(50) : up_to(20), noise = 1 + up_to(12);
    int burst = 0, quiet = 0;
    for (std::uint8_t& sample : vm.percent) {
      if (burst == 0 && up_to(60) == 0) burst = 1 + up_to(24);
      if (quiet == 0 && up_to(400) == 0) quiet = 1 + up_to(6);
      int percent = level + up_to(static_cast<std::uint32_t>(noise)) + (burst > 0 ? 40 : 0);
      if (quiet > 0) percent = 0;
      burst -= burst > 0;
      quiet -= quiet > 0;
      sample = static_cast<std::uint8_t>(std::clamp(percent, 0, 99));
    }
    day.push_back(vm);
  }
  return day;
}

}  // namespace headroom
