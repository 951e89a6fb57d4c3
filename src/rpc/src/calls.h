// What becomes of a call once gRPC has read it: it waits in line for a worker, who answers it; or it is told why not.
//
// Bounds: 4 are answered at once, 128 wait. Who gives up, or whose deadline passes, while waiting is not answered any more, and nothing is
// changed for them.
//
// Threads: any. Ownership: borrows the bridge.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "bridge.h"
#include "headroom_api.pb.h"
#include "watch.h"
#include "workers.h"

namespace headroom::rpc {

class Calls {
 public:
  static constexpr std::size_t kAtOnce = 4, kMostWaiting = 128;

  explicit Calls(const Bridge& bridge) : bridge_(bridge) {}

  grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext* context, const google::protobuf::Message* request, google::protobuf::Message* response);
  grpc::ServerWriteReactor<v1::Action>* watch(grpc::CallbackServerContext* context, const v1::WatchActionsRequest* request);
  // From here on every call is told that the manager is ending; those that are being answered are not.
  void end();

 private:
  const Bridge& bridge_;
  std::atomic<bool> ending_ = false;
  Watches watches_;
  Workers workers_{kAtOnce, kMostWaiting};   // end first: they use the watches
};

}  // namespace headroom::rpc
