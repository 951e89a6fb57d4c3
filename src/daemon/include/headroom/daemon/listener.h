// Listening sockets, made safe before anyone can reach them. `option` is what an error calls where they were given.
//
// Threads: any. Errors: those of Door.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "headroom/base/descriptor.h"
#include "headroom/base/result.h"
#include "headroom/daemon/door.h"

namespace headroom {

Result<Descriptor> listen_on(const TcpAddress& at, std::string_view option = "--listen");
// Who is at the other end: an IP address, or "uid 1000" of a Unix socket.
std::string peer_of(const Descriptor& accepted);

// A bound Unix socket; its file goes with it, unless another has taken its place.
class SocketFile {
 public:
  static Result<std::pair<Descriptor, SocketFile>> listen_on(const std::filesystem::path& path, std::string_view option = "--socket");
  SocketFile() = default;
  ~SocketFile();
  SocketFile(SocketFile&& other) noexcept { *this = std::move(other); }
  SocketFile& operator=(SocketFile&& other) noexcept;

 private:
  std::filesystem::path path_;   // empty: none
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace headroom
