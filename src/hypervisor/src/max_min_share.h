// Weighted max-min fairness: nobody gets more than it wants, and what the modest leave is shared by weight.
#pragma once

#include <vector>

namespace headroom {

struct Claim {
  double wanted = 0;
  double weight = 0;
  double granted = 0;
};

// Fills `granted` so that the grants add up to `capacity` at most.
void max_min_share(double capacity, std::vector<Claim>& claims);

}  // namespace headroom
