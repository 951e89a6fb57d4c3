// The best assignment a search has passed, kept at a cost of one entry a move: what was moved since is written down, and
// undone on a copy when the best is wanted, or when the list has grown as long as a copy.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "state.h"

namespace headroom::placement {

class Best {
 public:
  explicit Best(const State& state) : cost_(state.cost()), fixed_(state.assignment()) {}

  std::int64_t cost() const { return cost_; }
  // For each move, in order; `from` is where the item was.
  void moved(std::int32_t item, std::int32_t from) {
    if (recent_) since_.emplace_back(item, from);
  }
  // After a step, all of its moves told: it may have ended in a better place than any before. With hosts overfull none is good.
  void look(const State& state) {
    if (since_.size() > state.layout().items) fix(state);
    if (state.cost() >= cost_ || state.excess().total() != 0) return;
    cost_ = state.cost();
    since_.clear();
    recent_ = true;
  }
  const Assignment& assignment(const State& state) {
    if (recent_) fix(state);
    return fixed_;
  }

 private:
  void fix(const State& state) {
    fixed_ = state.assignment();
    for (auto at = since_.rbegin(); at != since_.rend(); ++at) fixed_[static_cast<std::size_t>(at->first)] = at->second;
    since_.clear();
    recent_ = false;
  }

  std::int64_t cost_;
  Assignment fixed_;
  std::vector<std::pair<std::int32_t, std::int32_t>> since_;  // item, and where it was
  bool recent_ = false;                                       // the best is `since_` before the present
};

}  // namespace headroom::placement
