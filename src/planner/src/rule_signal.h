// The number a rule looks at: the measured usage, or a quantile of the forecast peak within the rule's horizon.
#pragma once

#include "headroom/model/rule.h"
#include "headroom/model/snapshot.h"

namespace headroom {

inline double rule_signal(const Snapshot& snapshot, const Rule& rule, const Vm& vm) {
  if (!rule.quantile) return vm.used[index(rule.metric)];
  const std::size_t h = horizon_index(snapshot.horizons, rule.horizon);
  return vm.forecast.at(rule.metric, h).peak.quantile(*rule.quantile);
}

}  // namespace headroom
