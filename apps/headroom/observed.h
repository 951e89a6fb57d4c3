// What headroom observe prints.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "headroom/libvirt/observer.h"

namespace headroom::cli {

// Three parts: hosts, VMs, and what stands in the way of moving or scaling each.
std::string observed_text(const libvirt::Observation& seen);
nlohmann::json observed_json(const libvirt::Round& round);

}  // namespace headroom::cli
