// What the agent may change in its guest: processors and memory blocks that are switched on and off, and caches that are dropped
// before memory is taken away. All through files under the given roots. Threads: one. Errors: a sentence that names the file.
#pragma once

#include <string>
#include <vector>

#include "counters.h"
#include "headroom/base/result.h"

namespace headroom::agent {

class Levers {
 public:
  explicit Levers(const Roots& roots) : cpus_(roots.sys + "/devices/system/cpu"), memory_(roots.sys + "/devices/system/memory"), proc_(roots.proc) {}

  // Numbers of the processors that are on, rising.
  std::vector<int> online_vcpus() const;
  int possible_vcpus() const;
  // Switches the lowest that are off on, or the highest that are on off, until `count` are on or no more can be. Tells how many are.
  Result<int> set_vcpus(int count) const;

  // KiB of a block; 0 where memory cannot be switched.
  std::uint64_t memory_block_kib() const;
  // Switches all blocks on that are off. Tells how many it switched.
  Result<int> switch_on_memory() const;

  // Drops clean caches where less than `kib` are free: a balloon takes what is free at once and must wait for the rest.
  Result<void> trim(std::uint64_t kib) const;

  bool may_switch_vcpus() const;
  bool may_trim() const;

 private:
  std::string cpu(int number) const { return cpus_ + "/cpu" + std::to_string(number) + "/online"; }

  std::string cpus_, memory_, proc_;
};

// "0-3,5" -> 0 1 2 3 5. What is no such list, or names a processor above 8191, is empty.
std::vector<int> parse_cpu_list(std::string_view text);

}  // namespace headroom::agent
