#include "witness.h"

#include <bit>

#include "splitmix.h"

namespace headroom {

bool is_witness(VmId vm, std::size_t fleet) {
  const std::size_t one_of = std::bit_ceil((fleet + kMostWitnesses - 1) / kMostWitnesses);
  return (splitmix64(vm.value()) & (one_of - 1)) == 0;
}

const Said* Witness::recall(std::size_t head, std::int64_t origin) {
  std::deque<Said>& said = heads_[head];
  while (!said.empty() && said.front().origin < origin) said.pop_front();
  return !said.empty() && said.front().origin == origin ? &said.front() : nullptr;
}

void Witness::forget() {
  for (auto& said : heads_) said.clear();
}

}  // namespace headroom
