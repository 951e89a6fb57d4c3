// What finished migrations have taught of those to come, kept outside the planner so that the planner stays pure: the loop notes each
// one that is over, and tells it to the snapshots that make_plan() sees. And how good the predictions were, for people.
//
// A migration teaches by how much its measured duration and downtime were off from what the formula alone had said
// (migration/correction.h), for its pair of hosts and for the whole fleet. One whose plan had no schedule for it teaches nothing.
// Threads: one caller. Size: one small entry a pair of hosts, and the newest migrations.
#pragma once

#include <deque>

#include "headroom/migration/correction.h"
#include "headroom/model/snapshot.h"

namespace headroom {

// One that is done, as predicted and as measured.
struct FinishedMove {
  Instant ended_at;
  VmId vm;
  HostId from, to;
  MoveSchedule predicted;
  Duration took{};
  std::optional<Duration> downtime{};   // where it was measured
};

class MoveMemory {
 public:
  static constexpr std::size_t kKept = 200;

  MoveMemory() = default;
  // Goes on from what was learnt before.
  explicit MoveMemory(const MoveErrors& errors);

  void note(const Action& move, Instant ended_at, Duration took, std::optional<Duration> downtime);
  // What was learnt of these pairs before, from, to. A pair that something has been learnt of since keeps that.
  void add(const std::map<std::pair<HostId, HostId>, MoveError>& pairs);
  MoveErrors errors() const;
  const std::deque<FinishedMove>& newest() const { return newest_; }  // oldest first
  std::size_t finished() const { return finished_; }                  // all that were noted

 private:
  migration::Correction learnt_;
  std::deque<FinishedMove> newest_;
  std::size_t finished_ = 0;
};

// What it had learnt in the form of an earlier version: a factor alone, of which the logarithm's mean and variance were kept.
MoveError error_of_factor(double weight, double mean_log, double variance);

// How far a duration was off by a factor f, either way: exp(|ln f|) - 1.
struct Off {
  double median = 0, p90 = 0;
};
// Of some finished migrations.
struct MoveAccuracy {
  std::size_t moves = 0;
  double within_95 = 0;                 // share that took no longer than 95 of 100 were to
  Off formula, predicted;               // of the formula alone, and with what had been learnt
  std::size_t downtimes = 0;            // how many were measured
  Duration downtime_off_p90{};          // |measured - predicted| of nine in ten is at most this
};
MoveAccuracy accuracy_of(const std::deque<FinishedMove>& moves);

}  // namespace headroom
