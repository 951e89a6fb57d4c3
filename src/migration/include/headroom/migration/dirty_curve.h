// How much of a VM's memory its guest writes to: unique bytes dirtied within a stretch of time. Hot pages are written again and
// again and count once, so the curve is concave:
//
//   W(t) = hot (1 - exp(-t / hot_seconds)) + cold t
//
// which is the two-slope shape of mVM (Kherbache, Madelaine and Hermenier, IEEE TCC 2017) with a smooth bend. Bytes and seconds.
// Threads: plain values.
#pragma once

#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/quantity.h"
#include "headroom/base/result.h"

namespace headroom::migration {

struct DirtyCurve {
  double hot_bytes = 0;
  double hot_seconds = 1;
  double cold_bytes_per_second = 0;

  double within(double seconds) const;
};

// What a hypervisor measured: so many unique bytes were dirtied within a window (libvirt: domdirtyrate-calc, rate times window).
struct DirtySample {
  Duration window{};
  Bytes dirtied;
};

// The curve through samples of at least two windows, say 1 s and 10 s; of several of one window the mean counts. With two windows
// the bend is taken to be at the shorter one: of all curves through both points that says most for shorter and for longer times,
// so a migration is sooner thought too long than too short. With more, the bend is the one that fits best. No curve passes
// `memory`. kInvalid with fewer than two windows, or one that is not positive: use assumed_curve() then.
Result<DirtyCurve> fit(const std::vector<DirtySample>& samples, Bytes memory);

// What is taken of a VM nobody has measured: a tenth of its memory, 256 MiB at most, is rewritten in about ten seconds, and 4 MiB
// more are dirtied every second (an idle Linux guest dirtied 4 MB/s under QEMU).
DirtyCurve assumed_curve(Bytes memory);

}  // namespace headroom::migration
