// The manager's API over gRPC (docs/grpc.md, proto/headroom_api.proto): the same Api as the HTTP doors', so the same answers, roles
// and audit log. Where it may listen, and what callers are there, is as at a Door:
//
//   a loopback address in the clear   anybody on this machine may look; tokens are not taken
//   any address under TLS 1.3         whoever has a token (`authorization: Bearer TOKEN`), or a certificate of an authority that is
//                                     believed, as its role lets
//   a Unix socket, mode 0600          whoever may open it: an admin
//
// grpc.health.v1.Health answers anybody; so does the reflection of the contract, where it is asked for.
//
// Bounds: what is asked takes at most 64 KiB and comes uncompressed, 16 KiB of metadata; an answer at most 64 MiB; 4 calls are answered at once and 128
// wait, 32 of a connection; 16 watch; a TLS handshake takes 5 s; a connection that is silent is asked after 30 s whether it still is
// there, and closed after 10 minutes without a call; all connections together take some 128 MiB.
//
// Threads: its own; the Api is called from any of them. Ownership: borrows the Api, the books and the clock. The destructor lets calls that are
// under way come to their end for 2 s, tells the others that the manager is ending, and closes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/access/books.h"
#include "headroom/base/clock.h"
#include "headroom/daemon/api.h"
#include "headroom/daemon/door.h"

namespace headroom::rpc {

// Has gRPC's TLS be 1.3 alone, for the whole process. To be called before it has threads (it sets an environment variable), and before the
// first Server of TLS, which checks that it was.
void take_tls_13_only();

// Either of the two.
struct Where {
  std::filesystem::path socket;      // empty: the TCP address
  TcpAddress at;
};

// "127.0.0.1:7476", "unix:/run/headroom/grpc.sock". kInvalid for what is neither.
Result<Where> parse_where(std::string_view text);

// kInvalid for an address where a server without TLS must not be: it is no loopback one.
Result<void> may_listen(const Where& where, bool tls);

struct ServerOptions {
  Where where;
  std::optional<TlsFiles> tls;       // of a TCP address; none: in the clear, a loopback one
  bool reflection = false;           // tell the contract to who asks, as grpcurl does
};

class Server {
 public:
  // The errors of may_listen(); kInvalid for TLS files that do not do; kFailed when the address is taken.
  static Result<std::unique_ptr<Server>> open(const ServerOptions& options, const Api& api, const access::Books& books, const Clock& clock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string target() const;        // as gRPC's clients take it: "127.0.0.1:7476", "unix:/run/headroom/grpc.sock"

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace headroom::rpc
