// Where requests come in: a TCP port on a loopback address, read-only and guarded against other sites' pages, or a Unix
// socket that only its owner may open, which takes changes too.
//
// Bounds: a request's head is at most 16 KiB and 64 headers, its body is never read beyond 64 KiB, it must be complete
// and its answer taken within 10 seconds; 4 requests are answered at once, 64 wait, further connections are closed. One
// request a connection.
//
// Threads: its own; the Api is called from any of them. Ownership: borrows the Api. The destructor closes the door at
// once; answers under way are cut off.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/daemon/api.h"

namespace headroom {

struct TcpAddress {
  std::string address = "127.0.0.1";
  int port = 7474;                    // 0: any free one
};

// "127.0.0.1:7474", "localhost:7474", "[::1]:7474". kInvalid for what is not that, and for any address that is not a
// loopback one: there is no authentication.
Result<TcpAddress> parse_tcp_address(std::string_view text);

class Door {
 public:
  // kFailed when the port is taken.
  static Result<std::unique_ptr<Door>> on_tcp(const TcpAddress& at, const Api& api);
  // The socket gets mode 0600 before anyone can reach it. What a dead process left at `path` is replaced; kFailed when a
  // living one answers there, kInvalid when something else is in the way or the path is too long.
  static Result<std::unique_ptr<Door>> on_socket(const std::filesystem::path& path, const Api& api);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  int port() const;                   // of TCP
  std::string url() const;            // "http://127.0.0.1:7474/"; "unix:PATH" of a socket

 private:
  struct State;
  explicit Door(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace headroom
