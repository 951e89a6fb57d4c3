#include "headroom/daemon/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "headroom/base/socket_address.h"

namespace headroom {
namespace {

constexpr int kBacklog = 64;
constexpr int kSocketFlags = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.empty() || text.size() >= sizeof address.sun_path)
    return invalid(fmt::format("the socket's path '{}' has to be of 1 to {} characters", text, sizeof address.sun_path - 1));
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

// Makes room for a new socket at `path`.
Result<void> clear_stale(const std::filesystem::path& path, const sockaddr_un& address, std::string_view option) {
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode))
    return invalid(fmt::format("'{}' exists and is no socket; give another {}", path.string(), option));
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fail(ErrorCode::kFailed, fmt::format("another headroomd runs and answers at '{}'; give this one another {}, and other ports", path.string(), option));
  if (errno != ECONNREFUSED)
    return fail(ErrorCode::kFailed, fmt::format("the socket '{}' cannot be taken over: {}", path.string(), std::strerror(errno)));
  unlink(path.c_str());
  return {};
}

}  // namespace

Result<TcpAddress> parse_tcp_address(std::string_view text, std::string_view option) {
  const auto colon = text.rfind(':');
  TcpAddress at;
  if (colon == std::string_view::npos)
    return invalid(fmt::format("{} '{}' is not ADDRESS:PORT, as in 127.0.0.1:7474", option, text));
  at.address = std::string(text.substr(0, colon));
  if (at.address.starts_with('[') && at.address.ends_with(']')) at.address = at.address.substr(1, at.address.size() - 2);
  if (at.address == "localhost") at.address = "127.0.0.1";
  const std::string_view port = text.substr(colon + 1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), at.port);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size() || at.port < 0 || at.port > 65535)
    return invalid(fmt::format("{} '{}': the port is a number from 0 to 65535", option, text));
  if (!socket_address(at.address, 0)) return invalid(fmt::format("{} '{}': '{}' is no IP address", option, text, at.address));
  return at;
}

bool is_loopback(const TcpAddress& at) {
  in_addr four{};
  if (inet_pton(AF_INET, at.address.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, at.address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

Result<Descriptor> listen_on(const TcpAddress& at, std::string_view option) {
  const auto end = socket_address(at.address, static_cast<std::uint16_t>(at.port));
  if (!end) return invalid(fmt::format("'{}' is no IP address", at.address));
  Descriptor listening(socket(end->storage.ss_family, kSocketFlags, 0));
  const int yes = 1;
  setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listening.get(), end->get(), end->length) != 0 || listen(listening.get(), kBacklog) != 0) {
    const int why = errno;
    return fail(ErrorCode::kFailed, fmt::format("cannot listen on {}:{}: {}{}", at.address, at.port, std::strerror(why),
                                                why == EADDRINUSE ? fmt::format("; give another {}", option) : ""));
  }
  return listening;
}

std::string peer_of(const Descriptor& accepted) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  if (getpeername(accepted.get(), reinterpret_cast<sockaddr*>(&peer), &length) != 0) return "unknown";
  if (peer.ss_family == AF_UNIX) {
    ucred who{};
    length = sizeof who;
    return getsockopt(accepted.get(), SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 ? fmt::format("uid {}", who.uid) : "unknown";
  }
  char text[INET6_ADDRSTRLEN] = "";
  const void* address = peer.ss_family == AF_INET6 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr)
                                                   : &reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
  return inet_ntop(peer.ss_family, address, text, sizeof text) != nullptr ? text : "unknown";
}

Result<std::pair<Descriptor, SocketFile>> SocketFile::listen_on(const std::filesystem::path& path, std::string_view option) {
  const auto address = unix_address(path);
  if (!address) return tl::unexpected(address.error());
  if (auto ok = clear_stale(path, *address, option); !ok) return tl::unexpected(ok.error());
  Descriptor listening(socket(AF_UNIX, kSocketFlags, 0));
  // Linux gives the file the mode of the unbound socket, so there is no moment at which others could open it.
  const bool made = fchmod(listening.get(), 0600) == 0 &&
                    bind(listening.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  struct stat file{};
  if (!made || chmod(path.c_str(), 0600) != 0 || lstat(path.c_str(), &file) != 0 || listen(listening.get(), kBacklog) != 0)
    return fail(ErrorCode::kFailed, fmt::format("cannot make the socket '{}': {}", path.string(), std::strerror(errno)));
  SocketFile socket_file;
  socket_file.path_ = path;
  socket_file.device_ = file.st_dev;
  socket_file.inode_ = file.st_ino;
  return std::pair(std::move(listening), std::move(socket_file));
}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

SocketFile::~SocketFile() {
  struct stat file{};
  if (!path_.empty() && lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_)
    unlink(path_.c_str());
}

}  // namespace headroom
