// An IP address and a port as sockets take them. Threads: any, no state.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace headroom {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// nullopt: `ip` is neither an IPv4 nor an IPv6 address, the latter without brackets. Names are not looked up.
std::optional<SocketAddress> socket_address(const std::string& ip, std::uint16_t port);

// Of a socket that is bound to one.
int bound_port(int socket);

}  // namespace headroom
