// A start or a stop of one host, as a worker does it.
//
// A stop looks twice, `quiet` apart: at every other host that is not off, whether a VM is being moved away from there, and then at the host
// itself, whether anything but VMs that are off is there. Whoever does not answer stands in the way. Only then the switch is thrown. It is
// done when the switch says off, or cannot tell and the host is silent for long enough.
//
// A start is done when the host's libvirtd answers, whatever the switch says.
#pragma once

#include <atomic>
#include <set>

#include "action_run.h"
#include "connection.h"
#include "headroom/libvirt/power_options.h"

namespace headroom::libvirt {

struct PowerRun {
  std::string uri;
  std::shared_ptr<HostPower> power;
  std::vector<std::string> others{};          // URIs of the other hosts that may be on
  std::set<std::string> going_elsewhere{};    // UUIDs of VMs that we move, to other hosts than this one
  PowerOptions options{};
  KeepAlive keep_alive{};
  bool watch_only = false;                    // begun by an earlier run: the switch is not thrown again
  std::shared_ptr<ActionRun> run;
  std::shared_ptr<Alarm> alarm;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<std::atomic<bool>> thrown;  // the switch was, or may have been
};

void run_host_start(const PowerRun& run);
void run_host_stop(const PowerRun& run);

}  // namespace headroom::libvirt
