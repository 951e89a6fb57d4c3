// Counters to rates, per VM by UUID, whichever host it is on.
//
// A rate is said only of an interval that was watched from end to end: not over a gap, not across a migration or a restart (both
// begin all counters anew), not where a counter went backwards or was missing at one end. What is not said is absent, never a
// guess; a resource that could not be measured takes none of the others with it.
//
//   cpu      run time of the vCPUs; where they are not told, of the whole process. Held back: their delay, as a share of the interval
//   memory   what the guest says it uses (total less usable); without a fresh word of the guest what the process has in memory.
//            Held back: 1 when the guest swapped in meanwhile
//   disk, network   bytes both ways, of all devices; a device without counters adds nothing
//
// The age of the guest's word is the time since it was last seen to change, so that the clocks of hosts need not agree with ours;
// only of a VM's first reading it is what the host's clock says.
//
// Threads: one caller at a time.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/libvirt/stats.h"
#include "headroom/model/sample.h"

namespace headroom::libvirt {

struct RateOptions {
  Duration longest = std::chrono::minutes(15);   // an interval beyond it is a gap
  Duration shortest = std::chrono::milliseconds(500);  // of a shorter one counters' ends are too blurred: it is measured with the next
  Duration guest_age = std::chrono::seconds(60); // an older word of the guest is not its present
};

struct Reading {
  std::string vm;                    // UUID
  std::string host;                  // whatever tells hosts apart
  std::optional<std::int64_t> run;   // the domain's id: a new one at each start
  Instant at;                        // by our clock
  DomainStats stats;
  bool balloon_is_used = false;      // the guest counts what its balloon holds among what it uses
};

struct Measurement {
  Instant at;
  Duration interval{};
  std::array<std::optional<double>, kResourceCount> used{};  // base units of resources.h; cpu in millicores of the host's threads
  std::array<float, kResourceCount> stalled{};
  bool guest_statistics = false;
  std::optional<Duration> guest_age{};

  // Absent when a resource was not measured: a sample has to hold all of them.
  std::optional<Sample> sample() const;
};

class RateBook {
 public:
  explicit RateBook(RateOptions options = {}) : options_(options) {}

  // Takes a reading in. Absent: there is nothing to compare it with, or only what was read a moment ago.
  std::optional<Measurement> take(Reading reading);
  // Forgets VMs whose last reading is older than a gap: nothing can be said with it any more.
  void forget_before(Instant now);
  const RateOptions& options() const { return options_; }

 private:
  struct Known {
    Reading last;
    std::optional<Instant> guest_changed_at{};
  };

  RateOptions options_;
  std::map<std::string, Known> known_;
};

}  // namespace headroom::libvirt
