// What one series of a recorded fleet really did, in the units in which forecasters are compared: CPU and memory in percent
// of the allocation (clipped to 200 and 100), disk and network in KB/s. Missing steps are NaN, and so are steps in which the
// VM was held back: what it wanted there is not known.
//
// Steps are numbered since 1970 on the fleet's step. Where a trace does not tell an allocation, a core and a GiB stand for
// 100 %, and nothing is clipped. Threads: immutable. Memory: 8 bytes a step. Errors: none.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "headroom/model/forecast.h"
#include "headroom/trace/fleet.h"

namespace headroom {

// What is forecast of a series: the value `steps` after the origin, or the highest of those steps.
struct ScoredTarget {
  int steps = 1;
  bool peak = false;
  bool operator==(const ScoredTarget&) const = default;
};
// The value at each horizon, and the peak within the longest: what the specification asks of a forecast.
std::vector<ScoredTarget> targets_of(const Horizons& horizons, Duration step);

class Truth {
 public:
  Truth(const VmTrace& vm, Resource resource, Duration step);

  bool empty() const { return first_ == end_; }  // no step has a value
  std::int64_t first() const { return first_; }  // the first step with a value
  std::int64_t end() const { return end_; }      // past the last step with a value
  double at(std::int64_t step) const {
    return step < first_ || step >= end_ ? std::nan("") : value_[static_cast<std::size_t>(step - first_)];
  }
  // The target of a forecast made at `origin`; NaN where any step of it is missing.
  double target(std::int64_t origin, ScoredTarget target) const;
  // Base units (resources.h) a unit of this series, as allocated at `step`; 0 where that was not recorded.
  double unit(std::int64_t step) const;
  bool has_allocation() const { return has_allocation_; }

 private:
  const VmTrace& vm_;  // outlives this
  Resource resource_;
  std::int64_t begin_ = 0;  // of the trace
  std::int64_t first_ = 0, end_ = 0;
  bool has_allocation_ = false;
  std::vector<double> value_;
};

// "cpu", "mem", "disk", "net": as score files call them.
const char* scored_name(Resource r);
// The id under which a series is scored: the VM's name, or that of the table its memory came from.
const std::string& series_id(const VmTrace& vm, Resource r);
// Base units a unit of the truth for a VM at one slot of its trace: see Truth::unit().
double scored_unit(const VmTrace& vm, Resource r, std::size_t slot);

}  // namespace headroom
