// How often agents report: oftener where a VM is near a limit of its own, so that what it needs is seen in time; more seldom where it is calm,
// if operators want that. After each round those whose interval is to be another are told so (ingest/directive_book.h), all at once.
//
//   near a limit   something of it waits, an action of it is under way, or it uses nine tenths of its CPU or memory, or may within the
//                  nearest horizon (the forecast's 95 % of the peak, once the forecast has learnt)
//   calm           it uses less than half of both, and may use no more than that
//
// Oftener counts at once; more seldom when nothing has called for oftener in kStays, so that a VM at the border is not told to and fro.
//
// Threads: one caller at a time. Ownership: borrows the board and the book. Errors: kFailed when the book cannot be written; those VMs are
// told after the next round.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "headroom/ingest/agent_board.h"
#include "headroom/ingest/directive_book.h"
#include "headroom/model/snapshot.h"

namespace headroom {

enum class Nearness : std::uint8_t { kCalm, kUsual, kNear };
Nearness nearness_of(const Vm& vm);

// Each 1 s to 60 s; near <= usual <= calm.
struct SamplingRule {
  Duration near_limit = std::chrono::seconds(2), usual = std::chrono::seconds(10), calm = std::chrono::seconds(10);

  Duration of(Nearness nearness) const { return nearness == Nearness::kNear ? near_limit : nearness == Nearness::kUsual ? usual : calm; }
};

class SamplingPace {
 public:
  static constexpr Duration kStays = std::chrono::minutes(5), kAnswerWithin = std::chrono::minutes(1);

  // `wake`: there is something to send.
  SamplingPace(const SamplingRule& rule, const ingest::AgentBoard& agents, ingest::DirectiveBook& directives, std::function<void()> wake)
      : rule_(rule), agents_(agents), directives_(directives), wake_(std::move(wake)) {}

  Result<void> after_round(const Snapshot& snapshot, Instant now);

 private:
  struct Known {
    Nearness nearness = Nearness::kUsual;    // what its interval goes by
    std::optional<Instant> less_since;       // it has been less near than that
    Duration asked{};
    Instant asked_until{};                   // it may answer
  };
  void look(const Vm& vm, Known& known, Instant now) const;

  SamplingRule rule_;
  const ingest::AgentBoard& agents_;
  ingest::DirectiveBook& directives_;
  std::function<void()> wake_;
  std::map<std::string, Known> known_;       // by UUID
};

}  // namespace headroom
