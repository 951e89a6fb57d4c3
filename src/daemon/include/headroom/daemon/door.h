// Where requests come in, and who they are from:
//
//   on_tcp      a loopback address in the clear: anybody on this machine may look, guarded against other sites' pages; tokens are
//               not taken, for they would travel in the clear
//   on_tls      any address, TLS 1.3: whoever has a token, or a certificate of an authority that is believed, as its role lets
//   on_socket   a Unix socket that only its owner may open: an admin
//
// Bounds: a request's head is at most 16 KiB and 64 headers, its body is never read beyond 64 KiB, it must be complete
// and its answer taken within 10 seconds (5 under TLS, its handshake among them); 4 requests are answered at once (16 under
// TLS), 64 wait, further connections are closed, under TLS also those of a peer that has 12. One request a connection. Who has
// sent five wrong tokens is refused for 10 seconds a token, whatever it sends.
//
// Threads: its own; the Api is called from any of them. Ownership: borrows the Api, the books and the clock. The destructor
// closes the door at once; answers under way are cut off.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/base/clock.h"
#include "headroom/daemon/api.h"

namespace headroom {

struct TcpAddress {
  std::string address = "127.0.0.1";
  int port = 7474;                    // 0: any free one
};

// "127.0.0.1:7474", "localhost:7474", "[::1]:7474". kInvalid for what is not that; `option` is what the sentence calls it.
Result<TcpAddress> parse_tcp_address(std::string_view text, std::string_view option = "--listen");
bool is_loopback(const TcpAddress& at);

// A door reads them again when they are others (reread.h).
struct TlsFiles {
  std::filesystem::path certificate, key;   // PEM; the certificate with its chain
  std::filesystem::path client_ca{};        // PEM: who may vouch for clients, and lists of what they revoked; empty: no certificate is asked for
};
// kInvalid, naming the file, for one that is missing, is no PEM, does not fit the other, or for a key that others may read.
Result<void> check_tls_files(const TlsFiles& files, const Clock& clock);

class Door {
 public:
  // kFailed when the port is taken; kInvalid for an address that is not a loopback one.
  static Result<std::unique_ptr<Door>> on_tcp(const TcpAddress& at, const Api& api);
  // The same; kInvalid for files that do not do.
  static Result<std::unique_ptr<Door>> on_tls(const TcpAddress& at, const TlsFiles& files, const Api& api, const access::Books& books,
                                              const Clock& clock);
  // The socket gets mode 0600 before anyone can reach it. What a dead process left at `path` is replaced; kFailed when a
  // living one answers there, kInvalid when something else is in the way or the path is too long.
  static Result<std::unique_ptr<Door>> on_socket(const std::filesystem::path& path, const Api& api);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  int port() const;                   // of TCP
  std::string url() const;            // "http://127.0.0.1:7474/", "https://..."; "unix:PATH" of a socket

 private:
  struct State;
  explicit Door(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace headroom
