#include "witness.h"

#include <algorithm>
#include <bit>

#include "calibration.h"
#include "splitmix.h"

namespace headroom {

bool is_witness(VmId vm, std::size_t fleet) {
  const std::size_t one_of = std::bit_ceil((fleet + kMostWitnesses - 1) / kMostWitnesses);
  return (splitmix64(vm.value()) & (one_of - 1)) == 0;
}

Witness::Witness(const std::vector<Head>& heads) {
  std::size_t places = 0;
  for (const Head& head : heads) {
    const int stride = judging_stride(head);
    heads_.push_back({stride, places, static_cast<std::size_t>(head.steps / stride + 2)});
    places += heads_.back().kept;
  }
  said_.resize(places);
}

void Witness::forget() { std::fill(said_.begin(), said_.end(), Said{}); }

}  // namespace headroom
