// How long QEMU is told that a VM may stand still, so that it stands still no longer than operators allow.
//
// QEMU stops a VM once it reckons that what is left to send takes less than its limit. What comes on top it does not count: that its
// vCPUs stop, its devices' state, the start at the destination, a machine that is busy. So what moves have taken on top lately is taken off
// beforehand:
//
//   asked = most - on_top, not less than a quarter of most;  on_top = max(measured - asked, 7/8 of the on_top before, 0)
//
// At first half of the maximum is taken to come on top: what is not known yet had better not be a VM's standstill. Who writes too much to get
// there with that has more passes over its memory, and the whole maximum in the end (migration_job.cpp).
//
// Threads: thread-safe; all moves of a pool share one. Errors: none.
#pragma once

#include <mutex>

#include "headroom/base/instant.h"

namespace headroom::libvirt {

class DowntimeLimit {
 public:
  explicit DowntimeLimit(Duration most) : most_(most), on_top_(most / 2) {}

  Duration most() const { return most_; }
  Duration asked() const;
  // A move that is over: what had been asked for it, and how long its VM did stand still.
  void learn(Duration asked, Duration measured);

 private:
  const Duration most_;
  mutable std::mutex mutex_;
  Duration on_top_;
};

}  // namespace headroom::libvirt
