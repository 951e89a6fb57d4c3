// What a guest of the lab is to do, and when: one load, or one after the other. Plain values; no clock, no IO.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lab {

struct Load {
  int cpu_millicores = 0;
  int memory_mib = 0;     // beside what the guest's own system has
  int disk_kb_per_s = 0;  // written
  int network_kb_per_s = 0;  // sent to this machine
  int rewrite_kb_per_s = 0;  // of its memory written anew, page after page, round and round
  bool operator==(const Load&) const = default;
};

// "millicores MiB disk-kB/s network-kB/s rewrite-kB/s"; the last three may be absent. nullopt: not of that form, or below zero.
std::optional<Load> parse_load(const std::string& line);

// Loads on a grid that begins when it is started. The last one stays.
class Schedule {
 public:
  Schedule() : Schedule({Load{}}, 1000) {}
  Schedule(std::vector<Load> loads, std::int64_t step_ms) : loads_(std::move(loads)), step_ms_(step_ms) {}

  const Load& at(std::int64_t elapsed_ms) const { return loads_[index(elapsed_ms)]; }
  std::size_t index(std::int64_t elapsed_ms) const;
  // Until the load changes; nullopt: it does not any more.
  std::optional<std::int64_t> ms_until_next(std::int64_t elapsed_ms) const;
  std::size_t size() const { return loads_.size(); }

 private:
  std::vector<Load> loads_;  // never empty
  std::int64_t step_ms_;
};

}  // namespace lab
