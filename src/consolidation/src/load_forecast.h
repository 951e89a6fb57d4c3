// What each VM will ask for during the next step: a level and a spread around it, learnt from what the VM has asked for at
// the steps so far and from nothing else. Exponentially weighted, the fleet's mean standing in for a VM's level at first.
//
// The model reads a trace a tenth of a second after each sample, a three-thousandth of the way to the next. Rounded to whole
// percentages, as the samples are, nothing of the next is left; `now` is what a policy that may not know it has to go by.
//
// Why nothing better: a PlanetLab VM is noise around a level that moves slowly; what it asks for now says next to nothing
// more about the next step. The shipped Predictive Load Engine, made for weeks of history with days and weeks in it, is
// honest here and slower, and its quantile loss is higher (docs/consolidation.md).
//
// Threads: one owner. Errors: none.
#pragma once

#include <vector>

#include "site.h"

namespace headroom::consolidation {

class LoadForecast {
 public:
  void observe(const Site& site);  // once a step, before anything is asked
  double now(std::size_t vm) const { return vms_[vm].now * vms_[vm].mips; }     // MIPS
  double mean(std::size_t vm) const { return vms_[vm].level * vms_[vm].mips; }  // MIPS
  double variance(std::size_t vm) const;                                        // MIPS^2, of one value

 private:
  struct Seen {
    double mips = 0, now = 0;              // now: utilisation
    double level = 0, level_weight = 0;    // utilisation; weights count steps, fading
    double spread = 0, spread_weight = 0;  // variance around the level
    void add(double utilisation);
  };

  std::vector<Seen> vms_;
};

}  // namespace headroom::consolidation
