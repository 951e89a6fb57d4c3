// The calibration error at p: how far p lies outside of [P(y < q), P(y <= q)]. The two differ where demand sits on one value,
// as an idle VM's on zero; no quantile could do better there than to be that value.
#pragma once

#include <algorithm>

namespace headroom {

inline double outside(double p, double below, double at_or_below) { return std::max({0.0, below - p, p - at_or_below}); }

}  // namespace headroom
