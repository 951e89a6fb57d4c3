// The published experiment a second time, slowly and in the way CloudSim itself is built: hosts that hold tables of requests,
// policies that create and destroy VMs on the real hosts and restore them, histories of entries read at the end. It shares
// no code with the module, and nothing is cached.
#pragma once

#include "headroom/consolidation/day.h"

namespace headroom::slow {

struct Setting {
  bool regression = true;   // else the threshold
  bool deaths = true, enforce_ram = false;
};

struct Figures {
  double energy_kwh = 0, slatah = 0, pdm = 0;
  std::size_t migrations = 0, shutdowns = 0, vms_left = 0;
  std::size_t rationed = 0, sent_on = 0;  // hosts short of CPU, VMs moved twice in a step: what a test wants to have seen
};

Figures run(const Day& day, const Setting& setting);

}  // namespace headroom::slow
