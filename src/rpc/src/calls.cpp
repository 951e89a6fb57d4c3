#include "calls.h"

#include <fmt/format.h>

namespace headroom::rpc {
namespace {

using google::protobuf::Message;
using grpc::StatusCode;

const grpc::Status kEnding(StatusCode::UNAVAILABLE, "the manager is ending");
const grpc::Status kTooBusy(StatusCode::RESOURCE_EXHAUSTED, "too many calls wait already; try again in a moment");

// A stream that is over before it began.
class NoWatch final : public grpc::ServerWriteReactor<v1::Action> {
 public:
  explicit NoWatch(const grpc::Status& why) { Finish(why); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerUnaryReactor* Calls::answer(grpc::CallbackServerContext* context, const Message* request, Message* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto work = [this, context, request, response, reactor, sender = bridge_.sender_of(*context)] {
    if (context->IsCancelled()) reactor->Finish(grpc::Status::CANCELLED);
    else if (ending_) reactor->Finish(kEnding);
    else reactor->Finish(bridge_.answer(sender, *request, *response));
  };
  if (ending_) reactor->Finish(kEnding);
  else if (!workers_.take(work)) reactor->Finish(kTooBusy);
  return reactor;
}

grpc::ServerWriteReactor<v1::Action>* Calls::watch(grpc::CallbackServerContext* context, const v1::WatchActionsRequest* request) {
  if (ending_) return new NoWatch(kEnding);
  auto watch = std::make_shared<Watch>(watches_, bridge_, *context, *request);
  if (!watches_.add(watch))
    return new NoWatch({StatusCode::RESOURCE_EXHAUSTED, fmt::format("{} watch already; end another watch, or ask ListActions now and then", Watches::kMost)});
  // Without room for it the first look comes with the next second's.
  static_cast<void>(workers_.take([watch] { watch->look(); }));
  return watch.get();
}

void Calls::end() {
  ending_ = true;
  watches_.end_all();
}

}  // namespace headroom::rpc
