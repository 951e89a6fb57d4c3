// Programs that a benchmark starts, and what they take: CPU from the scheduler's own count, memory from the kernel's. Each is killed with
// its object. Threads: one.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace headroom::bench {

class Program {
 public:
  // Its output goes nowhere. Where it cannot be run, alive() is soon false.
  explicit Program(std::vector<std::string> command);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  bool alive() const;
  double cpu_seconds() const;   // on a processor, all its threads that live
  double resident_mib() const;
  double own_mib() const;       // its share of what it shares (PSS)

 private:
  pid_t pid_ = -1;
};

// A TCP port of the loopback that nobody listens on now; 0 when there is none.
int free_port();

}  // namespace headroom::bench
