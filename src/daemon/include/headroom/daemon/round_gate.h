// Lets one of two in at a time: the thread that runs the rounds, and whoever wants to change something between two of them. Rounds may
// follow each other without a pause, so a round lets those go first who wait for a change.
//
//   { const auto round = gate.round(); ... }      { const auto change = gate.change(); ... }
//
// Threads: any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace headroom {

class RoundGate {
 public:
  std::unique_lock<std::mutex> round() {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [this] { return waiting_ == 0; });
    return lock;
  }
  std::unique_lock<std::mutex> change() {
    ++waiting_;
    std::unique_lock lock(mutex_);
    --waiting_;
    turn_.notify_all();
    return lock;
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::atomic<int> waiting_ = 0;
};

}  // namespace headroom
