// Samples of a VM with all that the store may hold, drawn by chance.
#pragma once

#include <random>
#include <vector>

#include "../src/stored_sample.h"

namespace headroom::history {

inline std::vector<StoredSample> random_samples(std::size_t count, std::mt19937_64& random) {
  std::vector<StoredSample> samples;
  std::int64_t at = static_cast<std::int64_t>(random() % 2'000'000'000'000);
  for (std::size_t i = 0; i < count; ++i) {
    StoredSample s;
    s.at_ms = at += 1 + static_cast<std::int64_t>(random() % 600'000);
    for (std::int64_t& u : s.used)
      u = static_cast<std::int64_t>(random() % 1'000'000'000'000'000'000 >> random() % 60);
    for (std::uint16_t& p : s.stalled)
      p = random() % 3 == 0 ? static_cast<std::uint16_t>(random() % 1001) : 0;
    s.guest_statistics = random() % 2 == 0;
    samples.push_back(s);
  }
  return samples;
}

}  // namespace headroom::history
