// Programs of the guest's owner that resize an application before and after a change: all that are in a drop-in folder, in the order of
// their names, one after the other, each told the event as its argument and the figures in its environment.
//
// One thread: start() returns at once; put fds() into poll and call advance() when one is ready or the deadline has passed. A program
// that does not end in time is killed with all that it started. A program that another than its owner's user could change is not run.
// Units: milliseconds; deadlines are nanoseconds of CLOCK_BOOTTIME. Errors: HookEnd with a sentence.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "files.h"

namespace headroom::agent {

struct HookEnd {
  bool ok = true;
  std::string sentence;  // of the first that did not end well: which, how, and its last line
};

class Hooks {
 public:
  Hooks(std::string folder, std::chrono::milliseconds limit) : folder_(std::move(folder)), limit_(limit) {}
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;
  ~Hooks() { kill_running(); }

  bool any() const { return !programs().empty(); }
  // Begins with the first program. `environment`: NAME=VALUE. Not while others run.
  void start(const std::string& event, std::vector<std::string> environment, std::int64_t now_ns);
  bool running() const { return !event_.empty(); }
  std::array<int, 2> fds() const { return {ended_.get(), output_.get()}; }  // -1: none
  std::int64_t deadline_ns() const { return deadline_ns_; }
  // The end of all, once; nothing while one runs. The first that fails ends the row.
  std::optional<HookEnd> advance(std::int64_t now_ns);

 private:
  std::vector<std::string> programs() const;  // names, sorted
  std::optional<HookEnd> begin_next(std::int64_t now_ns);
  std::optional<HookEnd> finish(bool ok, std::string sentence);
  void read_output();
  void kill_running();

  std::string folder_;
  std::chrono::milliseconds limit_;
  std::string event_;  // empty: nothing runs
  std::vector<std::string> environment_, left_;
  std::string name_, said_;
  pid_t pid_ = -1;
  Descriptor ended_, output_;
  std::int64_t deadline_ns_ = 0;
};

}  // namespace headroom::agent
