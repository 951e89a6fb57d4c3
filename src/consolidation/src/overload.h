// The published tests for a host that is, or is about to be, overloaded.
#pragma once

#include "trial.h"

namespace headroom::consolidation {

// THR: more than `threshold` of the host is asked for now.
struct ThresholdTest {
  double threshold = 0.8;
  bool overloaded(const Outlook& outlook, const HostKind& kind) const { return outlook.asked / kind.mips > threshold; }
};

// LR: a straight line through the host's last ten steps, one step on and times `safety`, reaches all of it. It does not look
// at the load of now. With less than ten steps of load: THR at `fallback`.
//
// The method is published as a local regression; CloudSim computes its weights and does not use them, so this is ordinary
// least squares.
struct RegressionTest {
  double safety = 1.2;
  ThresholdTest fallback{0.7};
  bool overloaded(const Outlook& outlook, const HostKind& kind) const;
};

}  // namespace headroom::consolidation
