// Who decides, every five minutes, which VMs move where.
#pragma once

#include <vector>

#include "trial.h"

namespace headroom::consolidation {

class Policy {
 public:
  virtual ~Policy() = default;
  // Moves in the order they are to start. `trial` is of the step's site and has all that may be known; it may be spoilt.
  virtual std::vector<Move> decide(Trial& trial) = 0;
};

}  // namespace headroom::consolidation
