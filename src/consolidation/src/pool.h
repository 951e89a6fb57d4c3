// The hosts of the experiment as time goes on: their updates, the energy, the migrations, the deaths.
#pragma once

#include "ledger.h"
#include "site.h"
#include "workload.h"

namespace headroom::consolidation {

class Pool {
 public:
  // All VMs unplaced; nothing of a step known. The day must outlive it.
  explicit Pool(const Day& day);

  Site& site() { return site_; }
  const Site& site() const { return site_; }
  double energy_joules() const { return energy_joules_; }

  // Everything up to `time_s`: loads are read anew, the energy since the last time is added, VMs that ask for nothing are
  // deleted if `deaths`. At a step the VMs remember what they ask for.
  void advance(double time_s, bool is_step, bool deaths);
  void start(const Move& move);
  void finish(const Move& move);
  void close(ConsolidationReport& report) { ledger_.close(report); }

 private:
  void read_loads(bool is_step);
  void update(std::size_t h);
  double frame_joules(const HostState& host, double seconds) const;
  void bury_the_idle();

  Workload workload_;
  Site site_;
  Ledger ledger_;
  double now_ = 0, energy_joules_ = 0;
};

}  // namespace headroom::consolidation
