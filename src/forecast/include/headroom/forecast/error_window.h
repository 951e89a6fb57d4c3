// The errors of the last week of whoever forecasts one number, and the bands they make around the next such number: its
// empirical error quantiles (linear interpolation). Under 50 known errors the band is the number alone.
//
// Units: those of the errors. State: some 16 KB. Threads: one owner. Errors: none; an unknown error is NaN.
#pragma once

#include <array>
#include <cstdint>

#include "headroom/forecast/series.h"
#include "headroom/forecast/sorted_window.h"
#include "headroom/model/band.h"

namespace headroom {

class ErrorWindow {
 public:
  static constexpr int kFewestErrors = 50;

  void push(float error);                           // of the next step
  bool enough() const { return sorted_.size() >= kFewestErrors; }
  float quantile(double p) const { return sorted_.quantile(p); }
  Band around(double anchor, double cap) const;     // every quantile within [0, cap]

 private:
  std::array<float, kStepsPerWeek> ring_{};
  std::int64_t pushed_ = 0;
  SortedWindow<kStepsPerWeek> sorted_;
};

}  // namespace headroom
