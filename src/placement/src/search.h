// One search: a state, the best it has passed, its own stream of chance and its own share of the budget.
//
// Threads: a search belongs to one at a time.
#pragma once

#include <functional>

#include "confined.h"
#include "kernel.h"

namespace headroom::placement {

// Temperatures fall geometrically from `from` to `to` while the share of the budget goes to `until`.
struct Cooling {
  double from = 0, to = 0;
  double until = 1;
  std::uint32_t chain_odds = 0;  // of 1024 rounds
  bool homing = false;           // items that are away are drawn more often
  // Where hosts may be overfull: cost of a unit of excess; by what factor its prices grow in the whole of the step where a host
  // stays overfull, and shrink where it is not.
  double strict_from = 0, strict_to = 0, rise = 1, fall = 1;
};

class Search {
 public:
  // `tries` is this search's own budget; `spent`, when given, tells the share that is over instead.
  Search(const Layout& layout, const Kernel& kernel, std::uint64_t tries, const std::function<double()>& spent)
      : kernel_(kernel), tries_(tries), spent_(spent), state_(layout), best_(state_) {}

  // Every item to its cheapest host, round after round, until that hardly helps any more or the share is over.
  void descend(double until);
  // Hosts, from the worst value for money up, as long as one can be emptied at a gain; nothing where hosts have no prices.
  void empty_hosts(double until);
  // Randomly, uphill as well while it is warm; `stream` is what it draws.
  void anneal(const Cooling& cooling, Stream stream);
  // Until it is told null, annealing takes place among these hosts. Whoever owns them may change them between two calls.
  void confine(const Confined* to) { confined_ = to; }
  // The cheapest host with room for an item, and the cheapest of some of those it is confined to, where one may become overfull at a
  // price if it may anyway; and how to put it there.
  Pick cheapest(std::int32_t item);
  Pick cheapest_confined(std::int32_t item, std::size_t first, std::size_t count, double strictness);
  void put(std::int32_t item, const Pick& pick);
  // Lets hosts be overfull from here on, at a price that an item's cost tells; until firm().
  bool soft() const { return state_.excess().on(); }
  void soften(double item_scale) { state_.soften(item_scale); }
  // Nothing may be overfull from here on. Where something is, items leave it for where they fit at least cost; if they fit nowhere
  // the search goes on from `sound` instead.
  void firm(const Assignment& sound);
  // Starts again from an assignment.
  void restart(const Assignment& from);

  double spent() const;
  std::int64_t cost() const { return best_.cost(); }
  Assignment best() { return best_.assignment(state_); }
  const State& state() const { return state_; }
  const Assignment& present() const { return state_.assignment(); }
  std::int64_t present_cost() const { return state_.cost(); }
  const Tally& tally() const { return tally_; }
  // The mean of the cost after each stretch of the last cooling.
  double mean_cost() const { return mean_cost_; }

 private:
  bool mend();
  // What is missing on a host, in shares of its limits, if an item were not there (null: as it is).
  double lacking(std::int32_t host, const std::int32_t* without) const;
  // The item that cures it at least cost, or else that helps most.
  bool push_one_off(std::int32_t host, double lack);
  std::vector<std::int32_t> worst_value_first() const;  // hosts that are open, and paid for being so

  const Kernel& kernel_;
  std::uint64_t tries_;
  const std::function<double()>& spent_;
  State state_;
  Best best_;
  Tally tally_;
  const Confined* confined_ = nullptr;
  double mean_cost_ = 0;
};

}  // namespace headroom::placement
