// Many honest agents: each reports at its time over a connection of its own, and how long each report took to be acknowledged is kept.
//
//   Crowd crowd(port, credentials, std::chrono::seconds(1));   // connected and welcome
//   crowd.begin();
//   const double from = crowd.seconds();
//   ... harm ...
//   crowd.end();
//   crowd.p99_s(from, to)
//
// The nth report of an agent says that its VM uses n millicores, so that it is known again where it is kept.
// Threads: one of its own from begin() to end(); what it has seen is to be asked for after end(). Errors: broken() says how many connections
// were not made or ended; a report that was not acknowledged within 20 s of the end took forever.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "headroom/base/clock.h"
#include "headroom/base/descriptor.h"
#include "headroom/base/instant.h"
#include "headroom/ingest/testing/test_agent.h"

namespace headroom::ingest::testing {

class Crowd {
 public:
  Crowd(int port, const std::vector<Credential>& all, Duration every);
  ~Crowd() { end(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void begin();
  double seconds() const { return since_.seconds(); }   // since begin()
  void end();

  std::size_t size() const { return members_.size(); }
  std::size_t broken() const { return broken_; }
  std::uint64_t acknowledged(std::size_t member) const { return members_[member].acknowledged; }
  std::uint64_t acknowledged() const;                   // of all
  // Of reports that were sent in between, by seconds().
  std::size_t reports(double from, double to) const;
  double p99_s(double from, double to) const;

 private:
  struct Told {
    double at = 0, took = kForever;   // seconds
  };
  struct Member {
    std::unique_ptr<TestAgent> agent;
    std::vector<Told> told;           // the nth is report n + 1
    std::uint64_t acknowledged = 0;
    bool over = false;
  };
  static constexpr double kForever = 1e9;

  void work();
  void report(Member& member);
  void hear(Member& member);
  void lose(Member& member);
  bool all_acknowledged() const;
  std::vector<double> delays(double from, double to) const;

  double every_s_;
  std::vector<Member> members_;
  Descriptor epoll_;
  Stopwatch since_;
  std::atomic<std::size_t> broken_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace headroom::ingest::testing
