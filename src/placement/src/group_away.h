// The cost of the most items of one group that are away from home at once. State: how many of each group are, and how many
// groups have each such number, so that the highest is known at once.
#pragma once

#include <cstdint>
#include <vector>

#include "headroom/placement/problem.h"

namespace headroom::placement {

class GroupAway {
 public:
  explicit GroupAway(const Problem& problem);  // everybody at home

  std::int64_t cost() const { return weight_ * most_; }
  // What the cost changes by when an item starts being away (+1), stops (-1) or neither (0), and another as well.
  std::int64_t change(std::int32_t item, int step, std::int32_t other, int other_step) {
    if (weight_ == 0) return 0;
    if (step == 0 && other_step == 0) return 0;
    const std::int32_t before = most_;
    add(item, step);
    add(other, other_step);
    const std::int32_t after = most_;
    add(other, -other_step);
    add(item, -step);
    return weight_ * (after - before);
  }
  std::int64_t change(std::int32_t item, int step) {
    if (weight_ == 0 || step == 0 || group_[item] < 0) return 0;
    const std::int32_t away = away_[group_[item]];
    if (step > 0) return away == most_ ? weight_ : 0;
    return away == most_ && groups_[away] == 1 ? -weight_ : 0;
  }
  void add(std::int32_t item, int step) {
    const std::int32_t g = group_[item];
    if (g < 0 || step == 0) return;
    --groups_[away_[g]];
    away_[g] += step;
    ++groups_[away_[g]];
    if (away_[g] > most_) most_ = away_[g];
    if (groups_[most_] == 0) --most_;  // the group that was highest has one less
  }

 private:
  std::int64_t weight_ = 0;
  std::int32_t most_ = 0;
  std::vector<std::int32_t> group_;   // of items
  std::vector<std::int32_t> away_;    // items of a group that are away
  std::vector<std::int32_t> groups_;  // number of items away -> groups
};

}  // namespace headroom::placement
