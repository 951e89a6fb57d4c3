// What migrations have taught (MoveMemory) in a small JSON file of the state directory, so that a restart does not forget it. Hosts
// are written by name, since their numbers are of one process.
//
// Threads: any; one writer a file. Saving replaces the file as a whole, on the disk, or not at all. Errors: kNotFound: there is no file;
// kInvalid: it is damaged, or of a later time than `begin`: nothing after a moment may influence what is predicted at it; kFailed: cannot
// be read or written. A file of an earlier version, which knew a factor of durations and no fixed part, is read for what it says.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "headroom/base/result.h"
#include "headroom/model/snapshot.h"

namespace headroom {

struct LearntMoves {
  MoveError fleet;
  std::map<std::pair<std::string, std::string>, MoveError> pairs;  // from, to: the hosts' names
};

Result<void> save_moves(const std::filesystem::path& file, const LearntMoves& learnt, Instant learnt_to);
Result<LearntMoves> load_moves(const std::filesystem::path& file, Instant begin);

}  // namespace headroom
