// How hosts are started and stopped: what operators may choose. A plain value, but for the switches, which are shared with threads.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "headroom/base/instant.h"
#include "headroom/power/host_power.h"

namespace headroom::libvirt {

struct PowerOptions {
  std::map<std::string, std::shared_ptr<HostPower>> switches{};  // by the URI by which the host is observed
  Duration start_within = std::chrono::minutes(10);  // that its libvirtd has to answer; else the start failed, and the host counts as failed
  Duration stop_within = std::chrono::minutes(5);    // that it has to be off
  Duration answer_within = std::chrono::seconds(5);  // of a host that is asked whether anything runs there
  Duration quiet = std::chrono::seconds(3);          // between the two looks before a stop: a move that had just begun shows itself
  Duration silence = std::chrono::seconds(30);       // where a switch cannot tell, a host that does not answer for so long is off
  Duration look_every = std::chrono::seconds(2);
};

}  // namespace headroom::libvirt
