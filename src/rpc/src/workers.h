// A few threads that do what they are given, in order, and a bounded line of what waits for them.
//
// Threads: take() from any. The destructor finishes what was taken.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace headroom::rpc {

class Workers {
 public:
  Workers(std::size_t threads, std::size_t most_waiting);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  bool take(std::function<void()> work);   // false: too much waits already

 private:
  void work();

  std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace headroom::rpc
