// What stands against putting a VM on a host, in words, and how many of a kind a host would take: the planner's rule
// (placement.h) told rather than applied. The planner chooses; this explains.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "draft.h"
#include "headroom/planner/host_load.h"

namespace headroom {

class HostJudge {
 public:
  // Rooms are the draft's at any time, which outlives it; loads the snapshot's, and what add() is told.
  explicit HostJudge(const Draft& draft);
  void add(std::size_t host, const Load& cpu) { load_[host].add(cpu); }

  struct Refusal {
    enum class Kind : std::uint8_t { kOff, kFailed, kStarting, kClosed, kEmptied, kNoRoom, kOverload };
    Kind kind = Kind::kOff;
    double risk = 0;  // of kOverload
  };
  // nullopt: it would do, as the host is now. `running`: as if a host that is off or starting ran.
  std::optional<Refusal> refusal(std::size_t host, const Resources& wanted, const Load& cpu, bool running = false) const;
  // "memory: 8 GiB wanted, 5.2 GiB free beyond the 5 % that stay free".
  std::string text(std::size_t host, const Resources& wanted, const Refusal& refusal) const;
  // Why no host will do, in a sentence.
  std::string nowhere(const Resources& wanted, const Load& cpu) const;
  // How many VMs of one kind a host would take, were it running; at most `most`.
  std::size_t takes(std::size_t host, const Resources& each, const Load& cpu, std::size_t most) const;

  double risk(std::size_t host, const Load& more = {}) const;
  const Load& load(std::size_t host) const { return load_[host]; }
  // The share of what may be given out that is given out, with `more`.
  double fill(std::size_t host, Resource r) const;
  // What may still be given to a VM that comes: the room less what a destination keeps free. May be negative.
  std::int64_t free(std::size_t host, Resource r) const;

 private:
  bool lacks(std::size_t host, const Resources& wanted, Resource r) const { return wanted[r] > free(host, r); }
  std::string lacking(std::size_t host, const Resources& wanted) const;
  std::string no_room(const Resources& wanted, Resource r, std::size_t hosts, std::size_t of) const;
  double most_risk() const;

  const Draft& draft_;
  std::vector<Load> load_;
};

}  // namespace headroom
