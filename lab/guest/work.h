// Does what a load says: keeps processors busy for their share of the time, holds memory, writes to the disk, sends datagrams. With no
// load its threads wait and cost nothing.
//
// Threads: set() from one thread; it starts one thread a possible processor, one for disk and network, and one that writes to memory.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "load.h"

namespace lab {

// Processors of the guest that are on.
std::vector<int> online_cpus();

// Monotonic; a guest that is paused does not see it pass.
std::int64_t now_ms();

// Memory that is really there: pages that were written.
class HeldMemory {
 public:
  void hold(std::size_t mib);
  std::size_t held_mib() const { return blocks_.size(); }
  // Changes a word of each of the next so many pages, and goes on from there the next time.
  void rewrite(std::size_t pages);

 private:
  struct Unmap {
    void operator()(void* block) const;
  };
  std::vector<std::unique_ptr<void, Unmap>> blocks_;
  std::size_t next_page_ = 0;
};

class Work {
 public:
  // `sink`: the address that gets the datagrams.
  explicit Work(const std::string& sink);

  void set(const Load& load);
  std::size_t held_mib() const;

 private:
  void keep_busy(int cpu);
  void rewrite_memory();
  void move_bytes(int socket);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Load load_;
  mutable std::mutex memory_mutex_;
  HeldMemory memory_;
  std::vector<std::thread> threads_;
};

}  // namespace lab
