// A request to end, and the only ways to wait for time to pass. A wait ends early when the end is asked for, so that a
// program that waits still leaves at once.
//
//   Stop stop;
//   OnTermination signals(stop);                 // SIGINT, SIGTERM -> stop.request()
//   Pacer pacer(stop, std::chrono::minutes(2), rounds);
//   while (round < rounds && pacer.wait_for(round)) work(round++);
//
// Threads: Stop from any; a Pacer belongs to one thread. Errors: none.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "headroom/base/instant.h"

namespace headroom {

class Stop {
 public:
  void request();
  bool requested() const;
  void wait() const;                         // until it is requested
  bool wait_for(Duration at_most) const;     // true when it is requested
  // Ends the wait_for() under way, or else the next one: something has come up that its one waiter should look at.
  void nudge() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool requested_ = false;
  mutable bool nudged_ = false;
};

// Spreads `steps` evenly over `take` of wall time, from its making on. Who is late is not held up, and does not hurry
// beyond what it can. take = 0: no waiting.
class Pacer {
 public:
  Pacer(const Stop& stop, Duration take, std::size_t steps);
  // Returns when step `number` is due (true), or the end is asked for (false).
  bool wait_for(std::size_t number);

 private:
  const Stop& stop_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::duration step_;
};

// While it lives, SIGINT and SIGTERM request the end instead of killing. A second one kills. Make it before any other
// thread: threads inherit the mask it sets.
class OnTermination {
 public:
  explicit OnTermination(Stop& stop);
  ~OnTermination();
  OnTermination(const OnTermination&) = delete;
  OnTermination& operator=(const OnTermination&) = delete;

 private:
  void listen(Stop& stop) const;

  int signals_ = -1, over_ = -1;  // descriptors
  std::thread thread_;
};

// Asks `holds` until it says true, at most for `within`; for what cannot be waited on, such as another process. Returns
// its last word.
template <class F>
bool poll_until(F&& holds, Duration within) {
  const Stop never;
  for (Duration waited{};; waited += Duration(10)) {
    if (holds()) return true;
    if (waited >= within) return false;
    never.wait_for(Duration(10));
  }
}

}  // namespace headroom
