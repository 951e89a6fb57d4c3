// Reports that the manager has not acknowledged: numbered, bounded, kept in memory.
//
// Not yet sent ones are rolled up two by two when room runs out, those of the fewest samples first and of these the oldest, so that
// what is old gets coarse before anything is lost. One that was sent keeps its shape: the manager may have it. At most half may be
// sent and unacknowledged, so that there is always something to roll up. A restart of the agent begins with an empty store.
// Units: as in the wire's Report. Threads: one. Errors: none.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "sample.h"

namespace headroom::agent {

class ReportStore {
 public:
  explicit ReportStore(std::size_t capacity);

  void add(const Sample& sample);
  // The next to be sent, marked as sent; nothing when there is none, or too many wait for their acknowledgement.
  const wire::v1::Report* next_to_send();
  // Those up to it are let go, each shown to `had` first.
  void acknowledge(std::uint64_t through_sequence, const std::function<void(const wire::v1::Report&)>& had = {});
  // All that is not acknowledged will be sent again: the connection was lost.
  void rewind() { sent_ = 0; }

  // What is kept is numbered from 1 again, as never sent.
  void begin_new_run();

  std::size_t size() const { return reports_.size(); }
  std::size_t unsent() const { return reports_.size() - sent_; }
  std::uint64_t last_sequence() const { return sequence_; }

 private:
  void make_room();

  std::size_t capacity_;
  std::deque<wire::v1::Report> reports_;  // by sequence
  std::size_t sent_ = 0;                  // of them, from the front, on this connection
  std::size_t ever_sent_ = 0;             // of them, from the front, on any
  std::uint64_t sequence_ = 0;
};

// One report of two that follow each other: what docs/wire.md says of rolling up.
wire::v1::Report rolled_up(const wire::v1::Report& older, const wire::v1::Report& newer);

}  // namespace headroom::agent
