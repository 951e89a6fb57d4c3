// Who of the items that must be apart is where. Only sets of which somebody moves are kept.
#pragma once

#include <unordered_map>

#include "headroom/migration/problem.h"
#include "waits.h"

namespace headroom::migration {

class Meetings {
 public:
  explicit Meetings(const Problem& problem);

  // The items on the host that this one must not meet.
  std::vector<std::int32_t> kept_off_by(std::int32_t item, std::int32_t host) const;
  bool allow(std::int32_t item, std::int32_t host) const;
  // The item is on both hosts from come() to leave(). It waits for those that were there before it.
  void come(std::int32_t item, std::int32_t host, Waits& waits);
  void leave(std::int32_t item, std::int32_t host, std::int32_t leg);

 private:
  struct Place {
    std::vector<std::int32_t> present;    // items
    std::vector<std::int32_t> left_by;    // legs that took somebody away since the last came
  };
  static std::uint64_t key(std::int32_t set, std::int32_t host) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(set)) << 32 | static_cast<std::uint32_t>(host);
  }

  std::vector<std::vector<std::int32_t>> sets_of_;   // items that move
  std::unordered_map<std::uint64_t, Place> places_;  // looked up only: its order decides nothing
};

}  // namespace headroom::migration
