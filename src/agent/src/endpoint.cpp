#include "headroom/agent/endpoint.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "headroom/base/socket_address.h"

namespace headroom::agent {
namespace {

// IPv6 in brackets, IPv4 without.
bool set_address(std::string host, std::uint16_t port, Endpoint& endpoint) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = socket_address(host, port);
  if (!address || (address->storage.ss_family == AF_INET6) != bracketed) return false;
  endpoint.address = address->storage;
  endpoint.address_bytes = address->length;
  return true;
}

Result<int> cannot(const std::string& text, int fd) {
  const int error = errno;
  if (fd >= 0) close(fd);
  return fail(ErrorCode::kUnreachable, text + " cannot be reached: " + std::strerror(error));
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  endpoint.text = text;
  if (text.starts_with('/')) {
    endpoint.is_device = true;
    return endpoint;
  }
  const std::size_t colon = text.rfind(':');
  std::uint16_t port = 0;
  const std::string_view digits = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0 || !set_address(std::string(text.substr(0, colon)), port, endpoint)) {
    return invalid("'" + std::string(text) + "' is no address; write 10.0.0.5:7475, [fd00::5]:7475, or a device such as /dev/virtio-ports/org.headroom.agent.0");
  }
  return endpoint;
}

Result<int> open_endpoint(const Endpoint& endpoint) {
  if (endpoint.is_device) {
    const int fd = open(endpoint.text.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    return fd >= 0 ? Result<int>(fd) : cannot(endpoint.text, fd);
  }
  const int fd = socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot(endpoint.text, fd);
  // A report is one small write; a peer that has gone without a word is found out in half a minute rather than a quarter of an hour.
  const int yes = 1;
  const unsigned int lost_after_ms = 30'000;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &lost_after_ms, sizeof lost_after_ms);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.address_bytes) != 0 && errno != EINPROGRESS) return cannot(endpoint.text, fd);
  return fd;
}

}  // namespace headroom::agent
