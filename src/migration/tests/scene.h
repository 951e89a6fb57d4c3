// A problem in a few lines: hosts of one lane at 1 GB/s, items, moves of idle guests, one second a GB after two of setup.
#pragma once

#include "headroom/migration/check.h"

namespace headroom::migration {

inline constexpr std::int64_t kGB = 1'000'000'000;

struct Scene {
  Problem p;

  Scene() {
    p.lanes = 1;
    p.how.setup = std::chrono::seconds(2);
    p.how.switch_over = Duration(0);
    p.limits = {2, 2, 0};
  }
  std::int32_t host(std::int64_t capacity, std::int64_t bytes_per_second = kGB) {
    const auto h = static_cast<std::int32_t>(p.hosts.size());
    p.hosts.push_back({static_cast<std::uint32_t>(h), BytesPerSecond(bytes_per_second), BytesPerSecond(bytes_per_second)});
    p.capacity.push_back(capacity);
    return h;
  }
  std::int32_t item(std::int32_t on, std::int64_t need) {
    p.on.push_back(on);
    p.need.push_back(need);
    return static_cast<std::int32_t>(p.on.size()) - 1;
  }
  // The move's index.
  std::int32_t move(std::int32_t item, std::int32_t to, double gigabytes) {
    Move m{.item = item, .to = to, .payload = {}};
    m.payload.memory = Bytes(static_cast<std::int64_t>(gigabytes * 1e9));
    p.moves.push_back(m);
    return static_cast<std::int32_t>(p.moves.size()) - 1;
  }
  Move& last() { return p.moves.back(); }
};

// The legs of a move, by start.
inline std::vector<Leg> legs_of(const Schedule& s, std::int32_t move) {
  std::vector<Leg> out;
  for (const Leg& leg : s.legs)
    if (leg.move == move) out.push_back(leg);
  return out;
}
inline std::int32_t index_of(const Schedule& s, std::int32_t move) {
  for (std::size_t i = 0; i < s.legs.size(); ++i)
    if (s.legs[i].move == move) return static_cast<std::int32_t>(i);
  return -1;
}
inline const Refusal* refusal_of(const Schedule& s, std::int32_t move) {
  for (const Refusal& r : s.refused)
    if (r.move == move) return &r;
  return nullptr;
}

}  // namespace headroom::migration
