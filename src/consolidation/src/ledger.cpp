#include "ledger.h"

namespace headroom::consolidation {

void Ledger::HostAccount::settle() {
  const bool active = last.given > 0;
  if (was_active && !active) ++shutdowns;
  was_active = active;
}

void Ledger::write(std::size_t host, const HostEntry& entry) {
  HostAccount& account = hosts_[host];
  if (account.any && account.last.time_s != entry.time_s) {
    const HostEntry& last = account.last;
    const double seconds = entry.time_s - last.time_s;
    if (last.given > 0) {
      account.active_s += seconds;
      if (last.given < last.asked) account.violated_s += seconds;
      if (last.short_of_cpu) account.short_s += seconds;
    }
    account.settle();
  }
  account.last = entry;
  account.any = true;
}

void Ledger::write(std::size_t vm, const VmEntry& entry) {
  VmAccount& account = vms_[vm];
  if (account.any && account.last.time_s != entry.time_s) {
    const VmEntry& last = account.last;
    const double seconds = entry.time_s - last.time_s;
    account.asked += last.asked * seconds;
    if (last.migrating && last.given < last.asked) account.lost_migrating += (last.asked - last.given) * seconds;
  }
  account.last = entry;
  account.any = true;
}

// Pooled over hosts and over VMs, as CloudSim's code has it; the paper has means of ratios.
void Ledger::close(ConsolidationReport& report) {
  double active_s = 0, violated_s = 0, short_s = 0, asked = 0, lost = 0;
  for (HostAccount& account : hosts_) {
    if (account.any) account.settle();
    active_s += account.active_s;
    violated_s += account.violated_s;
    short_s += account.short_s;
    report.host_shutdowns += account.shutdowns;
  }
  for (const VmAccount& account : vms_) {
    asked += account.asked;
    lost += account.lost_migrating;
  }
  report.slatah = active_s > 0 ? violated_s / active_s : 0;
  report.real_overload_ratio = active_s > 0 ? short_s / active_s : 0;
  report.pdm = asked > 0 ? lost / asked : 0;
  report.slav = report.slatah * report.pdm;
  report.esv = report.energy_kwh * report.slav;
}

}  // namespace headroom::consolidation
