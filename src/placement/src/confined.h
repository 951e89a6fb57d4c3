// Annealing among some hosts of a fleet, in blocks: a stretch takes place among a few hundred hosts, drawn anew in every round, so
// that their rows stay in the processor's cache and what was refused is soon tried elsewhere.
//
// Threads: one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "random.h"

namespace headroom::placement {

// Hosts where annealing takes place, and of all hosts whether they are shut: nobody goes there.
struct Confined {
  std::vector<std::int32_t> open;
  std::vector<std::uint8_t> shut;
};

class Blocks {
 public:
  explicit Blocks(const Confined& confined) : hosts_(confined.open), count_(std::max<std::size_t>(1, hosts_.size() / kHosts)) {}

  // How many times as long one is stayed at as where there is one only: loading its rows should not count.
  std::uint64_t stretches() const { return count_ == 1 ? 1 : kStay; }
  std::span<const std::int32_t> next(Stream& chance) {
    if (count_ > 1 && at_ == 0) shuffle(chance);
    const std::size_t first = hosts_.size() * at_ / count_, end = hosts_.size() * (at_ + 1) / count_;
    at_ = (at_ + 1) % count_;
    return std::span(hosts_).subspan(first, end - first);
  }

 private:
  static constexpr std::size_t kHosts = 512;
  static constexpr std::uint64_t kStay = 16;

  void shuffle(Stream& chance) {
    for (std::size_t i = hosts_.size(); i > 1; --i) {
      const std::int32_t other = Stream::below(static_cast<std::uint32_t>(chance.next()), static_cast<std::uint32_t>(i));
      std::swap(hosts_[i - 1], hosts_[static_cast<std::size_t>(other)]);
    }
  }

  std::vector<std::int32_t> hosts_;
  std::size_t count_, at_ = 0;
};

}  // namespace headroom::placement
