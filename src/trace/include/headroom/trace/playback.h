// A recorded VM as the samples that would be measured of it where it is played: so many times as fast, to end at a given moment,
// in other amounts. A slot becomes the sample whose interval ends where the slot does; a slot in which anything that the trace
// carries is a gap becomes none; what the trace does not carry is 0.
//
// Threads: pure. Errors: kInvalid where the step does not go whole into `times`, where nothing is left of the trace before `until`,
// and where an amount is asked for of a cap that the trace does not have. Memory: 64 bytes a sample.
#pragma once

#include <optional>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/model/sample.h"
#include "headroom/trace/fleet.h"

namespace headroom {

struct Playback {
  int times = 1;                               // as fast; at least 1
  Instant from = Instant::min();               // in the trace's time: what ends after it
  Instant until = Instant::max();              // and by then; max: the trace's end
  std::optional<Instant> ends_at{};            // what `until` becomes; none: it stays
  std::array<double, kResourceCount> factor{1, 1, 1, 1};
  std::array<double, kResourceCount> base{};   // base units, added after the factor
  // Instead of a factor: the amount that all of what the VM was provisioned with becomes.
  std::optional<double> cpu_cap{}, memory_cap{};  // millicores, bytes
};

Result<std::vector<Sample>> play(const VmTrace& trace, Duration step, const Playback& playback);

}  // namespace headroom
