// What make_power() chooses from, and what the adapters share.
#pragma once

#include <memory>
#include <string>

#include "headroom/power/adapters.h"

namespace headroom {

Result<std::unique_ptr<HostPower>> make(PowerCommand settings);
Result<std::unique_ptr<HostPower>> make(WakeOnLan settings);
Result<std::unique_ptr<HostPower>> make(IpmiBoard settings);
Result<std::unique_ptr<HostPower>> make(RedfishBoard settings);

// A secret's file: one line, that nobody but its owner may read.
Result<std::string> read_secret(const std::string& file);

}  // namespace headroom
