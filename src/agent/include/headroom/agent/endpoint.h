// Where a manager is reached: "10.0.0.5:7475", "[fd00::5]:7475", or a virtio-serial port's device, "/dev/virtio-ports/org.headroom.agent.0".
// Names of hosts are not taken: a static program cannot load what resolves them. Plain value. Errors: a sentence.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::agent {

struct Endpoint {
  std::string text;
  bool is_device = false;
  sockaddr_storage address{};
  socklen_t address_bytes = 0;
};

Result<Endpoint> parse_endpoint(std::string_view text);

// A descriptor that does not block, with its connection begun. The caller closes it.
Result<int> open_endpoint(const Endpoint& endpoint);

}  // namespace headroom::agent
