// The port to what switches one host on and off. Adapters: a program of the operator's, Wake-on-LAN, IPMI, Redfish (adapters.h), and a
// simulated one (simulated_power.h).
//
// It knows nothing of what runs on the host. Whoever calls stop() has made sure that nothing does (libvirt/pool.h), and a host is
// ready when what runs VMs on it answers, not when it has power.
//
// Threads: one caller at a time, any thread; a call blocks, and comes back within the bound that its adapter was given. Ownership:
// values only. Errors: kUnreachable when what switches it did not answer in time (nothing is known about what happened: ask state()),
// kRefused when it says no or cannot do that at all, kNotFound when it does not know the host, kInvalid for a setting that makes no
// sense, kFailed for the rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom {

enum class SwitchState : std::uint8_t {
  kUnknown,   // it cannot tell
  kOff,
  kStarting,
  kOn,        // it has power
  kStopping,
  kFailed,    // it will not start without a person
};
inline constexpr SwitchState kSwitchStates[] = {SwitchState::kUnknown, SwitchState::kOff,      SwitchState::kStarting,
                                                SwitchState::kOn,      SwitchState::kStopping, SwitchState::kFailed};
std::string_view name(SwitchState state);

class HostPower {
 public:
  virtual ~HostPower() = default;

  // Whether it can do that at all. The same answer for as long as it lives.
  virtual bool can_start() const = 0;
  virtual bool can_stop() const = 0;

  // Says that the host is to be on; comes back when that was said, not when it is. Saying so of a host that is on changes nothing.
  virtual Result<void> start() = 0;
  // Says that its system is to shut down and switch off; likewise. Never cuts the power under a system that runs.
  virtual Result<void> stop() = 0;
  virtual Result<SwitchState> state() = 0;
};

}  // namespace headroom
