// A thread that does one job at a time for somebody who will not wait for it. A job that hangs keeps this thread, and no other is
// started in its place: however often it is asked, a host that hangs holds one thread.
//
// A job returns what is to be done once the worker is free for another: handing in what it found. So whoever holds an answer can begin
// the next job.
//
// Threads: begin() and busy() from one thread. A job must own what it uses: it may outlive the Worker.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace headroom::libvirt {

class Worker {
 public:
  using Job = std::function<std::function<void()>()>;

  Worker();
  // Waits for an idle thread to end. One that is at a job ends when the job does, by itself.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False while an earlier job has not come back; nothing is begun then.
  bool begin(Job job);
  bool busy() const;

 private:
  struct Desk {
    std::mutex mutex;
    std::condition_variable changed;
    Job job;
    bool busy = false, over = false;
  };
  static void work(const std::shared_ptr<Desk>& desk);

  std::shared_ptr<Desk> desk_;
  std::thread thread_;
};

// Where workers put what they found. A round waits, at most so long, for those that began in it; what comes later is there for the
// round after.
template <class T>
class Mailbox {
 public:
  explicit Mailbox(std::size_t count) : answers_(count) {}

  void begin_round() {
    const std::lock_guard lock(mutex_);
    expected_.clear();
  }
  // Call it before the job begins.
  void expect(std::size_t which) {
    const std::lock_guard lock(mutex_);
    expected_.insert(which);
  }
  void put(std::size_t which, T answer) {
    {
      const std::lock_guard lock(mutex_);
      answers_[which] = std::make_unique<T>(std::move(answer));
      expected_.erase(which);
    }
    changed_.notify_all();
  }
  // One for each worker, null where there is none.
  std::vector<std::unique_ptr<T>> take(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [this] { return expected_.empty(); });
    std::vector<std::unique_ptr<T>> taken(answers_.size());
    std::swap(taken, answers_);
    return taken;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<T>> answers_;
  std::set<std::size_t> expected_;
};

}  // namespace headroom::libvirt
