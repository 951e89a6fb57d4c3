// What was said of one series of a sampled VM, kept until its truth is known: the model's own quantiles beside the
// calibrated ones (calibration.h keeps those), and the chance that was given for the limit.
//
// Which VMs: some 64 of the fleet, evenly spread by a hash of the id, so that the sample stays nearly the same while VMs come
// and go. All of a smaller fleet. Memory: some 5 KB a series with the default horizons, of those only.
//
// Threads: none inside; one owner. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/model/band.h"

namespace headroom {

inline constexpr std::size_t kMostWitnesses = 64;   // VMs
bool is_witness(VmId vm, std::size_t fleet);        // fleet: how many VMs there are

struct Said {
  std::int64_t origin = 0;
  std::array<float, kLevelCount> model{};   // in z, before calibration
  std::array<float, kLevelCount> rival{};   // the same of the challenger; only where `has_rival`
  float limit = 0;                          // in z; only where `has_limit`
  float chance = 0;                         // that it is passed
  bool has_limit = false, has_rival = false;
};

class Witness {
 public:
  explicit Witness(std::size_t heads) : heads_(heads) {}

  void note(std::size_t head, const Said& said) { heads_[head].push_back(said); }
  // What was said at `origin`; null when nothing was. Forgets what was said before. Valid until the next call.
  const Said* recall(std::size_t head, std::int64_t origin);
  void forget();

 private:
  std::vector<std::deque<Said>> heads_;
};

}  // namespace headroom
