// On a host: joins each of its VMs' virtio-serial channels (a unix socket of QEMU's) with a TCP connection to the manager, byte by byte. It
// cannot read what passes: TLS goes from end to end. Bounded: so many channels, so many bytes on their way in each direction.
//
// One thread, which run_relay keeps until stop_fd is readable. Errors: a Result with one sentence for settings that are wrong; a channel or
// a manager that is not there is tried again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "headroom/agent/endpoint.h"
#include "headroom/base/clock.h"

namespace headroom::agent {

struct RelaySettings {
  Endpoint manager;                    // TCP
  std::vector<std::string> channels;   // patterns as a shell's, e.g. /var/lib/libvirt/qemu/channel/target/*/org.headroom.agent.0
  std::size_t most_channels = 1024;
};

Result<void> run_relay(const RelaySettings& settings, const BootClock& clock, int stop_fd, const std::function<void(const std::string&)>& say);

}  // namespace headroom::agent
