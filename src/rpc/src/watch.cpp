#include "watch.h"

#include <algorithm>

namespace headroom::rpc {
namespace {

constexpr Duration kBetweenLooks = std::chrono::seconds(1);

}  // namespace

Watch::Watch(Watches& all, const Bridge& bridge, grpc::CallbackServerContext& context, const v1::WatchActionsRequest& request)
    : all_(all), bridge_(bridge), context_(context), sender_(bridge.sender_of(context)), request_(request) {}

void Watch::look() {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    if (writes_ && ++held_up_ > kPatience) return context_.TryCancel();
    if (++looks_ > kLooks) return finish(grpc::Status::OK);
  }
  v1::ActionList newest;
  const grpc::Status status = bridge_.answer(sender_, request_, newest);
  if (!status.ok()) return end(status);
  take(newest);
}

void Watch::take(const v1::ActionList& newest) {
  const std::lock_guard lock(mutex_);
  std::map<std::uint64_t, std::string> now;
  for (const v1::Action& action : newest.actions()) {
    std::string bytes = action.SerializeAsString();
    const auto before = told_.find(action.id());
    if (before == told_.end() || before->second != bytes) waiting_[action.id()] = action;
    now.emplace(action.id(), std::move(bytes));
  }
  told_ = std::move(now);
  if (!finished_) write_next();
}

void Watch::write_next() {
  if (writes_ || waiting_.empty()) return;
  writing_ = std::move(waiting_.begin()->second);   // the oldest
  waiting_.erase(waiting_.begin());
  writes_ = true;
  StartWrite(&writing_);
}

void Watch::finish(const grpc::Status& status) {
  if (finished_) return;
  finished_ = true;
  Finish(status);
}

void Watch::end(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  finish(status);
}

void Watch::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writes_ = false;
  held_up_ = 0;
  if (finished_) return;
  if (!ok) finish(grpc::Status::CANCELLED);
  else write_next();
}

void Watch::OnCancel() { end(grpc::Status::CANCELLED); }

void Watch::OnDone() { all_.remove(this); }

Watches::Watches() {
  thread_ = std::thread([this] {
    while (!stop_.wait_for(kBetweenLooks))
      for (const auto& watch : present()) watch->look();
  });
}

Watches::~Watches() {
  stop_.request();
  thread_.join();
}

bool Watches::add(std::shared_ptr<Watch> watch) {
  const std::lock_guard lock(mutex_);
  if (closed_ || watches_.size() >= kMost) return false;
  watches_.push_back(std::move(watch));
  return true;
}

void Watches::remove(const Watch* watch) {
  std::shared_ptr<Watch> last;   // ends without the lock
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(watches_.begin(), watches_.end(), [&](const auto& one) { return one.get() == watch; });
  if (found == watches_.end()) return;
  last = std::move(*found);
  watches_.erase(found);
}

void Watches::end_all() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for (const auto& watch : present()) watch->end({grpc::StatusCode::UNAVAILABLE, "the manager is ending"});
}

std::vector<std::shared_ptr<Watch>> Watches::present() {
  const std::lock_guard lock(mutex_);
  return watches_;
}

}  // namespace headroom::rpc
