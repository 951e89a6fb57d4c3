#include "work.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace lab {
namespace {

constexpr std::int64_t kCycleMs = 100;  // of duty: as the scheduler's own period, so that a quota cuts what is over it
constexpr std::size_t kMib = 1U << 20U;
constexpr std::size_t kPage = 4096;

std::int64_t now_us() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000 + t.tv_nsec / 1000;
}

void pause_ms(std::int64_t ms) {
  const timespec t{ms / 1000, ms % 1000 * 1'000'000};
  nanosleep(&t, nullptr);
}

// "0-1,3"
std::vector<int> parse_cpus(std::istream& list) {
  std::vector<int> cpus;
  int first = 0;
  while (list >> first) {
    int last = first;
    if (list.peek() == '-') list.get(), list >> last;
    for (; first <= last; ++first) cpus.push_back(first);
    list.get();
  }
  return cpus;
}

std::vector<int> cpus_in(const char* file) {
  std::ifstream list(file);
  return parse_cpus(list);
}

// False while that processor is off.
bool stay_on(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

std::vector<int> online_cpus() { return cpus_in("/sys/devices/system/cpu/online"); }

std::int64_t now_ms() { return now_us() / 1000; }

void HeldMemory::Unmap::operator()(void* block) const { munmap(block, kMib); }

void HeldMemory::hold(std::size_t mib) {
  if (mib < blocks_.size()) blocks_.resize(mib);
  while (blocks_.size() < mib) {
    void* block = mmap(nullptr, kMib, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return;
    // Not zeros, which a migration leaves out, and not one page like another.
    for (std::size_t at = 0; at < kMib; at += sizeof(std::uint64_t)) {
      *reinterpret_cast<std::uint64_t*>(static_cast<char*>(block) + at) = (blocks_.size() * kMib + at) * 0x9e3779b97f4a7c15ULL;
    }
    blocks_.emplace_back(block);
  }
}

void HeldMemory::rewrite(std::size_t pages) {
  constexpr std::size_t kPagesOfBlock = kMib / kPage;
  for (; pages > 0 && !blocks_.empty(); --pages) {
    next_page_ %= blocks_.size() * kPagesOfBlock;
    auto* word = reinterpret_cast<std::uint64_t*>(static_cast<char*>(blocks_[next_page_ / kPagesOfBlock].get()) + next_page_ % kPagesOfBlock * kPage);
    *word += 1;
    ++next_page_;
  }
}

Work::Work(const std::string& sink) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);  // discard
  inet_pton(AF_INET, sink.c_str(), &to.sin_addr);
  (void)connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to);
  for (const int cpu : cpus_in("/sys/devices/system/cpu/possible")) threads_.emplace_back([this, cpu] { keep_busy(cpu); });
  threads_.emplace_back([this, socket] { move_bytes(socket); });
  threads_.emplace_back([this] { rewrite_memory(); });
}

std::size_t Work::held_mib() const {
  const std::lock_guard lock(memory_mutex_);
  return memory_.held_mib();
}

void Work::set(const Load& load) {
  {
    const std::lock_guard lock(mutex_);
    load_ = load;
  }
  changed_.notify_all();
  const std::lock_guard lock(memory_mutex_);
  memory_.hold(static_cast<std::size_t>(load.memory_mib));
}

// The load is spread evenly over the processors that are on. What cannot be done in one cycle is not made up for in the next: a demand
// over the limit stays unmet, as that of people does who give up.
void Work::keep_busy(int cpu) {
  for (;;) {
    int demand = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return load_.cpu_millicores > 0; });
      demand = load_.cpu_millicores;
    }
    const auto online = static_cast<std::int64_t>(online_cpus().size());
    if (!stay_on(cpu)) {
      pause_ms(10 * kCycleMs);
      continue;
    }
    const std::int64_t begin = now_us(), busy_us = std::min<std::int64_t>(kCycleMs * demand / std::max<std::int64_t>(online, 1), kCycleMs * 1000);
    while (now_us() - begin < busy_us) {
    }
    const std::int64_t left_ms = kCycleMs - (now_us() - begin) / 1000;
    if (left_ms > 0) pause_ms(left_ms);
  }
}

// A cycle that takes longer than it should is followed by the next one, and nothing is made up for.
void Work::rewrite_memory() {
  double due = 0;
  for (;;) {
    Load load;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return load_.rewrite_kb_per_s > 0; });
      load = load_;
    }
    const std::int64_t begin = now_ms();
    due += load.rewrite_kb_per_s * 1000.0 / static_cast<double>(kPage) * kCycleMs / 1000;
    {
      const std::lock_guard lock(memory_mutex_);
      memory_.rewrite(static_cast<std::size_t>(due));
    }
    due -= static_cast<double>(static_cast<std::size_t>(due));
    const std::int64_t left_ms = kCycleMs - (now_ms() - begin);
    if (left_ms > 0) pause_ms(left_ms);
  }
}

void Work::move_bytes(int socket) {
  const int disk = open("/dev/vda", O_WRONLY | O_DIRECT | O_CLOEXEC);
  const off_t size = disk < 0 ? 0 : lseek(disk, 0, SEEK_END);
  void* page = std::aligned_alloc(kPage, 16 * kPage);
  std::fill_n(static_cast<char*>(page), 16 * kPage, 'h');
  double disk_due = 0, network_due = 0;
  for (off_t at = 0;;) {
    Load load;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return load_.disk_kb_per_s > 0 || load_.network_kb_per_s > 0; });
      load = load_;
    }
    const std::int64_t begin = now_ms();
    // What a slow disk did not take within a cycle is not made up for.
    disk_due = std::min(disk_due, 0.0) + load.disk_kb_per_s * 1000.0 * kCycleMs / 1000;
    network_due = std::min(network_due, 0.0) + load.network_kb_per_s * 1000.0 * kCycleMs / 1000;
    for (; disk_due > 0 && size > 0 && now_ms() - begin < kCycleMs; disk_due -= 16.0 * kPage) {
      if (at + static_cast<off_t>(16 * kPage) > size) at = 0;
      if (const ssize_t wrote = pwrite(disk, page, 16 * kPage, at); wrote > 0) at += wrote;
    }
    for (; network_due > 0; network_due -= 1400) (void)send(socket, page, 1400, MSG_DONTWAIT);
    const std::int64_t left_ms = kCycleMs - (now_ms() - begin);
    if (left_ms > 0) pause_ms(left_ms);
  }
}

}  // namespace lab
