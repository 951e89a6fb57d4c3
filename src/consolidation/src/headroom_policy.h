// Our own policy in the published experiment. Few migrations, each for a reason:
//   1. A host whose VMs ask for more than it has gives VMs away: the cheapest to copy that cures it, else the largest, to
//      the fullest host with room for it in the forecast; a host is started if none has.
//   2. A host is emptied if all its VMs find such room on others; first those with little on them that is cheap to copy now.
// Nobody is moved twice in a step, who gives does not receive, and who receives is not emptied.
//
// What it does without, since it changed nothing that could be measured (docs/consolidation.md): relief by the forecast
// alone, for who is packed by a high quantile; and waiting with an emptying for a cheaper moment.
#pragma once

#include <vector>

#include "arrangement.h"
#include "policy.h"

namespace headroom::consolidation {

class HeadroomPolicy final : public Policy {
 public:
  std::vector<Move> decide(Trial& trial) override;

 private:
  LoadForecast forecast_;
};

}  // namespace headroom::consolidation
