// What each VM asks for at any time of the day: between two samples, a straight line. The experiment alone has it; policies
// see what has been asked for so far (site.h).
#pragma once

#include "headroom/consolidation/day.h"

namespace headroom::consolidation {

class Workload {
 public:
  explicit Workload(const Day& day) : day_(day) {}  // which must outlive it
  double utilisation(std::size_t vm, double time_s) const;

 private:
  double sample(std::size_t vm, std::size_t at) const;

  const Day& day_;
};

}  // namespace headroom::consolidation
