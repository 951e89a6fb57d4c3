// What one live migration will take: pre-copy, which sends all memory, then what was dirtied meanwhile, and so on until the rest
// can be sent while the guest stands still. With memory M, bandwidth B and unique bytes dirtied W(t) (dirty_curve.h):
//
//   t_0 = M / B,  V_i+1 = min(M, W(t_i)),  t_i+1 = V_i+1 / B,  until V_n / B <= downtime_limit or n = most_rounds
//   downtime = V_n / B + switch_over        duration = setup + sum of t_0 .. t_n-1 + downtime
//
// (Akoush et al., MASCOTS 2010, with a concave curve in place of a constant rate.) What really happens differs; correction.h
// learns by how much. Threads: pure functions.
#pragma once

#include "headroom/base/instant.h"
#include "headroom/base/quantity.h"
#include "headroom/migration/dirty_curve.h"

namespace headroom::migration {

// What has to be sent of a VM: resident memory that is not zero, and what is dirtied meanwhile.
struct Payload {
  Bytes memory;
  DirtyCurve dirty;
};

// How the hypervisor migrates. The defaults are QEMU's downtime limit and prudent guesses at what libvirt adds around it.
struct PreCopy {
  Duration setup = std::chrono::seconds(2);                 // until the first byte: handshake, the destination's process
  Duration switch_over = std::chrono::milliseconds(100);    // devices' state, network announcement
  Duration downtime_limit = std::chrono::milliseconds(300);
  int most_rounds = 8;                                      // who needs more had better wait for a quieter time
};

struct Estimate {
  bool converges = false;  // the last round fits into the downtime limit; else downtime and duration are those of giving up then
  int rounds = 0;
  Bytes bytes;             // sent in all, rounded up
  Duration downtime{};     // rounded up, like duration
  Duration duration{};
};

// At no bandwidth (or a negative one) nothing converges and the rest is zero.
Estimate estimate(const Payload& payload, BytesPerSecond bandwidth, const PreCopy& how = {});

}  // namespace headroom::migration
