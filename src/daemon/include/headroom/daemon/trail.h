// The last day of what the history store does not keep: each VM's allocation and each host's use of CPU.
//
// Threads: any; one lock. Memory: a change of an allocation is 40 bytes, a host's round 16; a day of them at most.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom {

class Trail {
 public:
  static constexpr Duration kSpan = std::chrono::hours(24);

  struct Change {
    Instant at;             // holds from here on, to the next change
    Resources allocation;
  };
  struct Use {
    Instant at;
    double cpu = 0;         // millicores, of all its VMs
  };

  void note(const Snapshot& snapshot);
  // Oldest first; the first may be older than the span, since it still holds at the span's begin.
  std::vector<Change> allocations(VmId vm) const;
  std::vector<Use> cpu(HostId host) const;

 private:
  mutable std::mutex mutex_;
  std::map<VmId, std::deque<Change>> allocations_;
  std::map<HostId, std::deque<Use>> cpu_;
};

}  // namespace headroom
