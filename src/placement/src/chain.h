// Moves that are made together or not at all: of a chain, which puts a large item somewhere or a group, and others out of its
// way, or of a host that is being emptied.
#pragma once

#include <cstdint>

#include "best.h"
#include "state.h"

namespace headroom::placement {

class Chain {
 public:
  static constexpr int kMost = 5;       // moves of one, where its first item is no group
  static constexpr int kCapacity = 64;  // a group's and those of one, or a host's
  std::int64_t change = 0;
  int length = 0;

  void make(State& state, std::int32_t item, std::int32_t to, std::int64_t cost) {
    links_[length++] = {item, state.host_of(item), cost};
    change += cost;
    state.move(item, to, cost);
  }
  void take_back(State& state) {
    while (length > 0) {
      const Link& link = links_[--length];
      state.move(link.item, link.from, -link.cost);
    }
  }
  void keep(const State& state, Best& best) const {
    for (int i = 0; i < length; ++i) best.moved(links_[i].item, links_[i].from);
    best.look(state);
  }

 private:
  struct Link {
    std::int32_t item, from;
    std::int64_t cost;
  };
  Link links_[kCapacity];
};

}  // namespace headroom::placement
