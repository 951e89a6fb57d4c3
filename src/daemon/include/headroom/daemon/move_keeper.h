// Keeps what migrations have taught in its file (move_file.h) as a run goes on, and goes on from it at the start. What was learnt of hosts
// that are not there is kept beside it, for when they are.
//
// Threads: one caller. Errors: none; what cannot be read or written is a trouble of the next round, in a sentence.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "headroom/daemon/move_file.h"
#include "headroom/planner/move_memory.h"

namespace headroom {

class MoveKeeper {
 public:
  static constexpr std::size_t kMostAbsent = 20'000;  // pairs of hosts that are not there; the first by name are kept

  explicit MoveKeeper(std::filesystem::path file) : file_(std::move(file)) {}  // empty: nothing is kept

  // What an earlier process had learnt, where there is anything to go on from.
  std::optional<MoveMemory> take_up(const std::vector<Host>& hosts, Instant begin);
  using Pairs = std::map<std::pair<HostId, HostId>, MoveError>;
  // What is known of hosts that have come since, each once: for MoveMemory::add().
  Pairs arrived(const std::vector<Host>& hosts);
  // Saves it where there is something new.
  void keep(const MoveMemory& moves, const std::vector<Host>& hosts, Instant now, std::vector<std::string>& troubles);

 private:
  void meet(const std::vector<Host>& hosts);
  Pairs of_those_there();
  LearntMoves all_of(const MoveErrors& errors) const;

  std::filesystem::path file_;
  std::size_t kept_ = 0;                // how many migrations are in what was saved last
  std::string trouble_;                 // why what was saved is not gone on from
  std::map<HostId, std::string> names_;   // of all hosts that were there in this process
  std::map<std::string, HostId> ids_;
  std::map<std::pair<std::string, std::string>, MoveError> absent_;
};

}  // namespace headroom
