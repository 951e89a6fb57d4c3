// Directives, one after the other: refused, vetoed, or applied at most once, each with its result (docs/wire.md, "Directives").
//
// One thread: take() accepts a directive, advance() goes on with what is under way; call it after a sample, when one of fds() is ready,
// and at next_ns(). Results come out of results(), in order, and are in the ledger before. Times are nanoseconds of CLOCK_BOOTTIME.
// Errors: a result says what did not work; only a ledger that cannot be written fails a call, and then nothing was done.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "hooks.h"
#include "ledger.h"
#include "levers.h"
#include "sample.h"

namespace headroom::agent {

// What the guest's owner lets the manager do.
struct Permissions {
  bool vcpus = true, memory = true, trim = true, process_names = false;
};

class Executor {
 public:
  Executor(Ledger& ledger, const Levers& levers, Hooks& hooks, Permissions permissions);

  void take(wire::v1::Directive directive, std::int64_t now_ns);
  void advance(const Values& measured, std::int64_t now_ns);

  bool busy() const { return job_ || !waiting_.empty(); }  // advance() will look at what is measured
  std::array<int, 2> fds() const { return hooks_.fds(); }
  std::int64_t next_ns() const;  // INT64_MAX: nothing to do before something else happens
  std::vector<wire::v1::DirectiveResult> results();  // since the last call
  std::optional<wire::v1::Sampling> sampling();      // newly told, once

 private:
  enum class Stage { kJudge, kHookBefore, kAct, kHookAfter };
  struct Job {
    wire::v1::Directive directive;
    Stage stage = Stage::kJudge;
    std::int64_t give_up_ns = 0, next_ns = 0;  // of kAct
    std::string remark{};
  };

  void begin_next(const Values& measured, std::int64_t now_ns);
  bool step(const Values& measured, std::int64_t now_ns);  // false: wait
  bool judge(const Values& measured);
  bool hook(const char* event, bool vetoes, Stage next, std::int64_t now_ns);
  bool act(std::int64_t now_ns);
  bool switch_on(std::int64_t now_ns);
  bool make_room();
  void finish(wire::v1::Outcome outcome, std::string reason);
  void answer(const std::string& id, wire::v1::Outcome outcome, std::string reason);
  std::vector<std::string> environment() const;

  Ledger& ledger_;
  const Levers& levers_;
  Hooks& hooks_;
  Permissions may_;
  std::deque<wire::v1::Directive> waiting_;
  std::optional<Job> job_;
  std::vector<wire::v1::DirectiveResult> results_;
  std::optional<wire::v1::Sampling> sampling_;
  Values measured_{};
  std::int64_t now_ns_ = 0;
};

}  // namespace headroom::agent
