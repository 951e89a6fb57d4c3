// From a call to the API and back: who it is from, by the same gate as a door's; what it asks; the answer as a message, or a status with
// the same sentence. All that is decided about a call is decided there: roles, audit, errors.
//
// A certificate is judged at each call rather than in the handshake, which with gRPC knows no revocation lists: one that runs out or is
// not believed lets nobody do anything from then on.
//
// Threads: any. Ownership: borrows the Api and the clock.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <optional>
#include <string>

#include "headroom/base/clock.h"
#include "headroom/daemon/api.h"
#include "headroom/daemon/client_authorities.h"
#include "headroom/daemon/gate.h"
#include "headroom/daemon/reread.h"

namespace grpc {
class ServerContextBase;
}

namespace headroom::rpc {

// What a call says of its sender.
struct Sender {
  std::string peer;                                                // an IP address, or what the door calls who comes to it
  std::optional<std::string> authority, origin, authorization;
  std::string certificates{};                                      // PEM, its own first; empty: it showed none, or nobody asked
};

// What everybody who comes has in common, and who may vouch for them.
struct Threshold {
  std::unique_ptr<Gate> gate;
  std::string called{};                                            // what everybody is called; empty: by their IP address
  std::unique_ptr<Reread<ClientAuthorities>> authorities{};        // none: certificates are not asked for
};

class Bridge {
 public:
  Bridge(const Api& api, const Clock& clock, Threshold threshold) : api_(api), clock_(clock), at_(std::move(threshold)) {}

  Sender sender_of(const grpc::ServerContextBase& context) const;
  grpc::Status answer(const Sender& sender, const google::protobuf::Message& request, google::protobuf::Message& response) const;

 private:
  tl::expected<CameFrom, grpc::Status> came_from(const Sender& sender) const;

  const Api& api_;
  const Clock& clock_;
  Threshold at_;
};

}  // namespace headroom::rpc
