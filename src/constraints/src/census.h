// Who of a constraint's VMs is in which place, for judges. VMs that move as one count once. Private.
#pragma once

#include <map>
#include <set>
#include <string>

#include "kind.h"

namespace headroom::constraints {

enum class Ends : char { kLast, kBoth };  // of a VM on its way: where it will be, or where it still is as well

struct Census {
  std::map<std::size_t, std::set<std::size_t>> in;  // place -> units there
  std::size_t units = 0;                            // of all of them
  std::size_t most = 0;                             // in one place

  Census(const Bound& b, const Scene& scene, Scope scope, Ends ends);
  // "node-1, node-2 and 3 more"
  std::string places(const Fleet& fleet, Scope scope) const;
};

}  // namespace headroom::constraints
