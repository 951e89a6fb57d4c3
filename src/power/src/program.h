// Runs a program that may be bad: that hangs, writes without end, leaves children behind.
#pragma once

#include <string>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"

namespace headroom {

struct ProgramEnd {
  int exit_code = 0;       // 128 + signal where a signal ended it
  std::string out, err;    // the first 64 KiB of each; the rest is read and thrown away
};

// Without a shell, with nothing on its standard input, in a process group of its own. It is over when the program itself is, whoever
// still holds its output; what is left of its group then is killed. kUnreachable: not over within the deadline, and killed.
// kFailed: it cannot be run.
Result<ProgramEnd> run_program(const std::vector<std::string>& command, Duration deadline);

// The last line that says something, at most 200 bytes, without what a terminal would obey.
std::string last_line(const std::string& text);

}  // namespace headroom
