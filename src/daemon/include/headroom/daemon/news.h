// A live fleet's round in lines for the terminal: what was planned, begun and ended, what is refused, denied or recommended for a new
// reason, what went wrong and what is well again. What merely goes on is not news.
//
// A line is "web-1: begun: grow cpu 1 -> 2 cores (cpu is forecast at ...)". Something told is not told again while it is said at
// least once an hour; numbers and times in it do not make it new, since they change from round to round.
//
// Threads: one caller. Memory: an entry for each thing said within the hour.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "headroom/loop/loop.h"

namespace headroom {

class News {
 public:
  static constexpr Duration kForgotten = std::chrono::hours(1);

  std::vector<std::string> note(const Snapshot& snapshot, const Round& round);
  // Of the first round: what an earlier run began and is under way still.
  std::vector<std::string> note_taken_up(const Snapshot& snapshot) const;
  // Of a round that came to nothing.
  std::vector<std::string> note_troubles(const std::vector<std::string>& troubles, const std::string& alarm, Instant now);

 private:
  void tell(const Snapshot& snapshot, const Verdict& verdict, std::vector<std::string>& lines);
  void tell(const Snapshot& snapshot, const Ended& ended, std::vector<std::string>& lines);
  // True when it is to be told.
  bool is_new(const std::string& text, Instant now);
  void forget(Instant now);

  std::map<std::string, Instant> told_;               // without its numbers; when it was said last
  std::map<std::string, std::string> wrong_;          // troubles of the round before, likewise, as they were told
  std::string alarm_;
};

}  // namespace headroom
