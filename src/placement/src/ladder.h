// The temperatures a problem is cooled through, a step at a time: from where nearly everything is taken down to where hardly anything
// is that costs more, measured by what an item costs. And how strict limits of hosts are on the way, where they are soft.
//
// A soft limit has a price (excess.h) instead of being a wall, so that large items pass each other while it is warm. The price has
// to be low enough to let them and high enough that nothing is left over in the end. What a unit costs rises slowly as it gets
// colder; besides, the price of a host's lane rises while it is overfull, by a factor a step, and falls while it is not. So a
// price settles where its lane is overfull now and then, and what is hard to mend is mended while it is warm. It falls as fast as
// it rises while it is hot, ever slower later on, and not at all in the last steps.
//
// Constant; any thread.
#pragma once

#include "search.h"

namespace headroom::placement {

// A way through tight hosts. Which is best is the problem's.
struct Way {
  bool soft = false;             // limits have a price, above firm()
  std::uint32_t chain_odds = 0;  // of 1024 rounds, where limits are walls
};

class Ladder {
 public:
  explicit Ladder(double item_scale);  // what an item costs, about

  int steps() const { return steps_; }
  double temperature(double step) const;
  // Soft limits: from the first of these steps to before the second; colder, limits are walls.
  int softest() const { return softest_; }
  int firm() const { return firm_; }
  bool soft(const Way& way, int step) const { return way.soft && step < firm_; }

  Cooling at(int step, double until, const Way& way) const;

 private:
  double strictness(double temperature) const;
  int step_at(double share_of_scale) const;

  double scale_;
  int steps_, softest_, firm_;
};

}  // namespace headroom::placement
