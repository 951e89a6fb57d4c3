// From a call to the API and back: who it is from, by the same gate as a door's; what it asks; the answer as a message, or a status with
// the same sentence. All that is decided about a call is decided there: roles, audit, errors.
//
// Threads: any. Ownership: borrows the Api.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "headroom/daemon/api.h"
#include "headroom/daemon/gate.h"

namespace grpc {
class ServerContextBase;
}

namespace headroom::rpc {

// What a call says of its sender.
struct Sender {
  std::string peer;                                                // an IP address, or what the door calls who comes to it
  std::optional<std::string> authority, origin, authorization;
};

class Bridge {
 public:
  // `called`: what everybody who comes is called; empty: by their IP address.
  Bridge(const Api& api, std::unique_ptr<Gate> gate, std::string called) : api_(api), gate_(std::move(gate)), called_(std::move(called)) {}

  Sender sender_of(const grpc::ServerContextBase& context) const;
  grpc::Status answer(const Sender& sender, const google::protobuf::Message& request, google::protobuf::Message& response) const;

 private:
  const Api& api_;
  std::unique_ptr<Gate> gate_;
  std::string called_;
};

}  // namespace headroom::rpc
