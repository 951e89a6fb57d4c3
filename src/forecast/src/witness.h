// What was said of one series of a sampled VM, kept until its truth is known: the model's own quantiles beside the
// calibrated ones (calibration.h keeps those), and the chance that was given for the limit.
//
// Which VMs: some 64 of the fleet, evenly spread by a hash of the id, so that the sample stays nearly the same while VMs come
// and go. All of a smaller fleet. Memory: some 9 KB a series with the default horizons, of those only, taken at
// once.
//
// Threads: none inside; one owner. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/model/band.h"
#include "rows.h"

namespace headroom {

inline constexpr std::size_t kMostWitnesses = 64;   // VMs
bool is_witness(VmId vm, std::size_t fleet);        // fleet: how many VMs there are

struct Said {
  std::int64_t origin = -1;
  std::array<float, kLevelCount> model{};   // in z, before calibration
  std::array<float, kLevelCount> rival{};   // the same of the challenger; only where `has_rival`
  float limit = 0;                          // in z; only where `has_limit`
  float chance = 0;                         // that it is passed
  bool has_limit = false, has_rival = false;
};

class Witness {
 public:
  explicit Witness(const std::vector<Head>& heads);

  // Of the origins that calibration.h judges only.
  void note(std::size_t head, const Said& said) { place(head, said.origin) = said; }
  // What was said at `origin`; null when nothing was. Valid until the next note().
  const Said* recall(std::size_t head, std::int64_t origin) {
    const Said& said = place(head, origin);
    return said.origin == origin ? &said : nullptr;
  }
  void forget();

 private:
  struct OfHead {
    int stride;
    std::size_t first, kept;   // places of said_, round and round
  };
  Said& place(std::size_t head, std::int64_t origin) {
    const OfHead& of = heads_[head];
    return said_[of.first + static_cast<std::size_t>(origin / of.stride) % of.kept];
  }

  std::vector<OfHead> heads_;
  std::vector<Said> said_;
};

}  // namespace headroom
