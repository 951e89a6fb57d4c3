// The busiest processes since the last look, by the kernel's own short names, for those whose owner lets them be told. A look reads a file
// for each process, so it is made far less often than a sample. Threads: one. Errors: none; a process that ends meanwhile is left out.
#pragma once

#include <string>
#include <unordered_map>

#include "counters.h"

namespace headroom::agent {

class Processes {
 public:
  explicit Processes(const Roots& roots) : proc_(roots.proc) {}
  // The first look only remembers.
  Few<ProcessUse, wire::kMostProcesses> look(std::int64_t boottime_ns);

 private:
  struct Seen {
    std::uint64_t ticks = 0, started = 0;  // a number that was given again has another start
  };
  std::string proc_;
  std::int64_t last_ns_ = 0;
  std::unordered_map<int, Seen> seen_;
};

}  // namespace headroom::agent
