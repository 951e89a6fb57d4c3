// What was measured in the guest over one span: values by the wire's Metric, and the busiest devices. Plain data of fixed size.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "headroom/wire/message.h"

namespace headroom::agent {

using Values = std::array<std::int64_t, wire::kMetricCount>;  // by wire::v1::Metric, in its units
inline constexpr std::int64_t kUnknown = -1;

// A kernel's name of a device or process.
class Name {
 public:
  Name() = default;
  explicit Name(std::string_view text) { size_ = static_cast<std::uint8_t>(text.copy(text_.data(), text_.size())); }
  std::string_view view() const { return {text_.data(), size_}; }
  bool operator==(const Name& other) const { return view() == other.view(); }

 private:
  std::array<char, wire::kMostNameBytes> text_{};
  std::uint8_t size_ = 0;
};

// At most `N`, without the heap.
template <class T, std::size_t N>
class Few {
 public:
  void push(const T& value) {
    if (size_ < N) all_[size_++] = value;
  }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  const T* begin() const { return all_.data(); }
  const T* end() const { return all_.data() + size_; }
  T* begin() { return all_.data(); }
  T* end() { return all_.data() + size_; }

 private:
  std::array<T, N> all_{};
  std::size_t size_ = 0;
};

struct DiskUse {
  Name name;
  std::int64_t read_bytes_per_s = 0, write_bytes_per_s = 0, ops_per_ks = 0, latency_us = 0;
};
struct NicUse {
  Name name;
  std::int64_t rx_bytes_per_s = 0, tx_bytes_per_s = 0, drops_per_ks = 0;
};
struct ProcessUse {
  Name name;
  std::int64_t cpu_mcores = 0, memory_kib = 0;
};

struct Sample {
  std::int64_t boottime_ns = 0, wall_ns = 0;
  std::int64_t span_ms = 1;
  Values values{};
  Few<DiskUse, wire::kMostDevices> disks;
  Few<NicUse, wire::kMostDevices> nics;
  Few<ProcessUse, wire::kMostProcesses> processes;
};

}  // namespace headroom::agent
