#include "headroom/base/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace headroom {

Supervisor Supervisor::from_environment() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  const bool is_one = socket != nullptr && (*socket == '/' || *socket == '@') && std::strlen(socket) < sizeof(sockaddr_un::sun_path);
  return Supervisor(is_one ? socket : "");
}

void Supervisor::tell(std::string_view word) const {
  if (socket_.empty()) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  // Not waiting: the socket of a supervisor that hangs is full some time.
  static_cast<void>(sendto(fd, word.data(), word.size(), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&address), length));
  close(fd);
}

}  // namespace headroom
