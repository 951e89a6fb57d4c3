// How long migrations take against what estimate.h says, learnt from those that are over: a factor for each pair of hosts, and how
// far it scatters, so that a duration can be told that 95 of 100 stay under.
//
//   Correction learnt;
//   learnt.learn({from, to}, predicted, measured);
//   const Outlook outlook = learnt.of({from, to});
//   predicted * outlook.expected, predicted * outlook.late
//
// The logarithm of measured over predicted is averaged with weights that fall by a tenth with every newer migration. A pair with
// few of its own leans on the whole fleet's, and the fleet on the prior: right in the middle, with a deviation of 0.2, which puts
// the 95 % half as high again. Threads: one writer, or any number of readers. Size: one small entry a pair that was learnt from.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "headroom/base/instant.h"

namespace headroom::migration {

// The caller's numbers of hosts; they have to stay the same from one migration to the next.
struct HostPair {
  std::uint32_t from = 0, to = 0;
  auto operator<=>(const HostPair&) const = default;
};

// Factors on a predicted duration.
struct Outlook {
  double expected = 1;
  double late = 1;  // 95 of 100 stay under it; never less than expected
};

class Correction {
 public:
  // Exponentially weighted mean and variance of a logarithm.
  struct Track {
    double weight = 0, mean = 0, variance = 0;
    void add(double x);
    Track leaning_on(const Track& wider) const;
  };

  Correction() = default;
  // As another one was.
  Correction(const Track& fleet, std::map<HostPair, Track> pairs) : fleet_(fleet), pairs_(std::move(pairs)) {}

  // Durations that are not positive teach nothing. One more than twentyfold off counts as twentyfold.
  void learn(HostPair pair, Duration predicted, Duration measured);
  Outlook of(HostPair pair) const;

  const Track& fleet() const { return fleet_; }
  const std::map<HostPair, Track>& pairs() const { return pairs_; }

 private:
  Track fleet_;
  std::map<HostPair, Track> pairs_;
};

}  // namespace headroom::migration
