// The samples of one VM's open step, averaged as they come: a few numbers a VM, however many samples there are.
//
// A sample weighs the time it covers. That is the time since the sample before it, but no more than is usual for the VM,
// the median of the last three distances: what lies further back is a gap, of which it tells nothing. (The shortest
// distance was no good: one extra report, and the next regular one would cover next to nothing.) A VM's first sample
// covers a step until the second shows its rhythm.
// A sample at the instant of the newest one replaces it. An older one that comes late weighs what is usual, unless about
// its instant is counted already: then it repeats what is known.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "headroom/base/instant.h"
#include "headroom/model/sample.h"

namespace headroom {

class OpenStep {
 public:
  bool empty() const { return !newest_; }
  void add(const Sample& sample, Duration step);
  // The mean over (from, to], and a new beginning. Of what covers less than half of that time nothing is known: NaN, or no
  // sample at all. One sample alone is given back as it is. What ends after `to` is left for the next step.
  std::optional<Sample> close(Instant from, Instant to);
  // What close() would give, and nothing is closed.
  std::optional<Sample> peek(Instant from, Instant to) const;

 private:
  struct Mean {
    std::array<double, kResourceCount> used{};
    std::array<float, kResourceCount> stalled{}, seconds{};
    bool any = false;
    void add(const Sample& sample, Duration covers);
  };
  Duration usual() const;
  void put(const Sample& sample, Duration covers, Duration step);
  void add_late(const Sample& sample, Duration step);
  // Two steps fit in, since one that a forecast closed early lengthens the next.
  static std::uint64_t place_of(Instant at, Duration step) { return 1ULL << (at.time_since_epoch() / (step / 32) & 63); }

  std::optional<Sample> newest_;
  Duration newest_covers_{};
  bool ahead_of(Instant to) const { return newest_ && newest_->at > to; }

  Mean before_;                             // of all but the newest
  std::uint64_t counted_ = 0;               // instants, by place_of()
  std::optional<Instant> last_at_;          // these go on from step to step
  std::array<Duration, 3> distances_{};     // between samples, newest first
  bool alone_ = true;                       // there was but one sample yet
};

}  // namespace headroom
