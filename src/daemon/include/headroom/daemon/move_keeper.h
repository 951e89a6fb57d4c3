// Keeps what migrations have taught in its file (move_file.h) as a run goes on, and goes on from it at the start.
//
// Threads: one caller. Errors: none; what cannot be read or written is a trouble of the next round, in a sentence.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "headroom/planner/move_memory.h"

namespace headroom {

class MoveKeeper {
 public:
  explicit MoveKeeper(std::filesystem::path file) : file_(std::move(file)) {}  // empty: nothing is kept

  // What an earlier process had learnt, where there is anything to go on from.
  std::optional<MoveMemory> take_up(const std::vector<Host>& hosts, Instant begin);
  void keep(const MoveMemory& moves, const std::vector<Host>& hosts, Instant now, std::vector<std::string>& troubles);

 private:
  std::filesystem::path file_;
  std::size_t kept_ = 0;     // how many migrations are in what was saved last
  std::string trouble_;      // why what was saved is not gone on from
};

}  // namespace headroom
