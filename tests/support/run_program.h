// Runs the programs as people do: a command line to its end, by the shell.
#pragma once

#include <fmt/format.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace headroom {

struct Ran {
  int exit_code = -1;  // above 128: a signal ended it
  std::string text;    // what it wrote: both streams, unless the line sends one of them elsewhere
};

inline Ran run_line(const std::string& line) {
  Ran ran;
  std::FILE* pipe = popen(fmt::format("{{ {}; }} 2>&1 < /dev/null", line).c_str(), "r");
  if (pipe == nullptr) {
    ran.text = fmt::format("{} cannot be begun: {}", line, std::strerror(errno));
    return ran;
  }
  char buffer[4096];
  for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.text.append(buffer, got);
  const int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

inline Ran headroom_says(const std::string& arguments) {
  return run_line(fmt::format("{}/headroom {}", HEADROOM_BINARY_DIR, arguments));
}

}  // namespace headroom
