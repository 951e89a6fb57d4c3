#include "headroom/base/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace headroom {

std::optional<SocketAddress> socket_address(const std::string& ip, std::uint16_t port) {
  SocketAddress end;
  auto& four = reinterpret_cast<sockaddr_in&>(end.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(end.storage);
  if (inet_pton(AF_INET, ip.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    end.length = sizeof four;
  } else if (inet_pton(AF_INET6, ip.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    end.length = sizeof six;
  } else {
    return std::nullopt;
  }
  return end;
}

int bound_port(int socket) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &length);
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

}  // namespace headroom
