// The published figures' book-keeping: who was given how much of what it asked for, from each update of a host to the next.
// A second entry at the same time replaces the first.
#pragma once

#include <vector>

#include "headroom/consolidation/experiment.h"

namespace headroom::consolidation {

struct HostEntry {
  double time_s = 0;
  double given = 0, asked = 0;  // MIPS, of all who are listed; who arrives asks for all and is given a tenth
  bool short_of_cpu = false;    // what is asked, a tenth of it by those who arrive, is more than there is
};

struct VmEntry {
  double time_s = 0;
  double given = 0, asked = 0;  // MIPS
  bool migrating = false;
};

class Ledger {
 public:
  Ledger(std::size_t hosts, std::size_t vms) : hosts_(hosts), vms_(vms) {}
  void write(std::size_t host, const HostEntry& entry);
  void write(std::size_t vm, const VmEntry& entry);
  // Once, at the end: closes every account. Fills in shutdowns and all that follows from the entries and the energy.
  void close(ConsolidationReport& report);

 private:
  struct HostAccount {
    HostEntry last;
    bool any = false, was_active = true;  // a host that is never used counts as shut down once
    double active_s = 0, violated_s = 0, short_s = 0;
    std::size_t shutdowns = 0;
    void settle();                        // `last` stands
  };
  struct VmAccount {
    VmEntry last;
    bool any = false;
    double asked = 0, lost_migrating = 0;  // MI
  };

  std::vector<HostAccount> hosts_;
  std::vector<VmAccount> vms_;
};

}  // namespace headroom::consolidation
