// Callers who watch the actions: each is told the newest ones, and then what changes about them.
//
// A look asks the API anew, as its caller: who may look no more (a token that was revoked) is let go at the next one. What a slow caller has
// not taken yet is replaced by what is newer; who takes nothing for a minute is cut off.
//
// Threads: one that looks once a second; gRPC's. Ownership: borrows the bridge; a Watch belongs to Watches until its call is over.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bridge.h"
#include "headroom/base/stop.h"
#include "headroom_api.pb.h"

namespace headroom::rpc {

class Watches;

class Watch final : public grpc::ServerWriteReactor<v1::Action> {
 public:
  Watch(Watches& all, const Bridge& bridge, grpc::CallbackServerContext& context, const v1::WatchActionsRequest& request);

  void look();
  void end(const grpc::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  static constexpr int kLooks = 3600;          // and then it is over
  static constexpr int kPatience = 60;         // looks that a write may take

  void take(const v1::ActionList& newest);
  void write_next();                           // with the lock held
  void finish(const grpc::Status& status);     // likewise

  Watches& all_;
  const Bridge& bridge_;
  grpc::CallbackServerContext& context_;
  const Sender sender_;
  const v1::WatchActionsRequest request_;

  std::mutex mutex_;
  std::map<std::uint64_t, std::string> told_;  // the newest of each action, as bytes
  std::map<std::uint64_t, v1::Action> waiting_;
  v1::Action writing_;
  bool writes_ = false, finished_ = false;
  int looks_ = 0, held_up_ = 0;
};

class Watches {
 public:
  static constexpr std::size_t kMost = 16;

  Watches();
  ~Watches();   // after the server's end: no watch is left
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  bool add(std::shared_ptr<Watch> watch);      // false: there are too many
  void remove(const Watch* watch);
  void end_all();                              // and takes no more

 private:
  std::vector<std::shared_ptr<Watch>> present();

  std::mutex mutex_;
  std::vector<std::shared_ptr<Watch>> watches_;
  bool closed_ = false;
  Stop stop_;
  std::thread thread_;
};

}  // namespace headroom::rpc
