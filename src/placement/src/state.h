// Where everything is, and all that follows from it, kept up to date move by move: rows of room and use, the constraints'
// counters, the cost. Every number is a whole number, so what is kept is what a recomputation would give (check_state).
//
// Threads: one. Copying one gives an independent search over the same Layout.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "apart.h"
#include "close.h"
#include "excess.h"
#include "group_apart.h"
#include "group_away.h"
#include "group_spread.h"
#include "guide.h"
#include "layout.h"
#include "near.h"
#include "risk.h"
#include "rows.h"
#include "spread.h"

namespace headroom::placement {

class State {
 public:
  // More than any room, and far enough from the end of 32 bits.
  static constexpr std::int32_t kClosed = 1 << 30;

  explicit State(const Layout& layout);  // everybody at home
  State(const State& other) = default;
  State(const State& other, const Layout& equal) : State(other) { layout_ = &equal; }
  State& operator=(const State&) = default;

  const Layout& layout() const { return *layout_; }
  std::int64_t cost() const { return cost_; }
  std::int32_t host_of(std::int32_t item) const { return host_of_[item]; }
  const Assignment& assignment() const { return host_of_; }
  const std::vector<std::int32_t>& items_on(std::int32_t host) const { return on_[host]; }
  std::int32_t place_of(std::int32_t item) const { return place_[item]; }  // its index in items_on(host_of(item))
  const std::int32_t* room(std::int32_t host) const { return room_[static_cast<std::size_t>(host)]; }
  const std::int32_t* over(std::int32_t host) const { return over_[static_cast<std::size_t>(host)]; }
  // The lanes an item is charged for on a host: not the transient ones at home, where it is charged for good.
  const std::int32_t* charged(std::int32_t item, std::int32_t host) const { return layout_->charged[layout_->home[item] == host]; }

  // The constraints; room is another matter (kernels.inl).
  bool allows(std::int32_t item, std::int32_t from, std::int32_t to) const {
    return groups_allow(item, from, to) && (plain_ || wants_allow(item, from, to, kAll));
  }
  bool allows_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    return group_apart_.allows_swap(item, from, other, to) && group_spread_.allows_swap(item, from, other, to) &&
           near_.allows_swap(item, from, other, to) && (plain_ || wants_allow_swap(item, from, other, to));
  }
  // What hosts that an item opens and closes change the cost by; only where hosts have prices (Layout::priced).
  std::int64_t closing(std::int32_t from) const { return on_[from].size() == 1 ? layout_->open_price[from] : 0; }
  std::int64_t opening(std::int32_t to) const { return on_[to].empty() ? layout_->open_price[to] : 0; }
  // What a shift, or a swap with an item there, changes the guided price of hosts by more than the true one (guide.h).
  const Guide& guide() const { return guide_; }
  std::int64_t guided(std::int32_t item, std::int32_t from, std::int32_t to) const {
    const std::int64_t size = layout_->size[item];
    return guide_.change(to, size) + guide_.change(from, -size) - opening(to) + closing(from);
  }
  std::int64_t guided_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
    const std::int64_t more = layout_->size[other] - layout_->size[item];
    return guide_.change(from, more) + guide_.change(to, -more);
  }
  // For moves that are made or taken back together. What these leave out is asked in the end: holds_risk() of hosts that got
  // more, close().holds() of everything.
  bool allows_but_for_risk(std::int32_t item, std::int32_t from, std::int32_t to) const {
    return groups_allow(item, from, to) && (plain_ || wants_allow(item, from, to, kButForRisk));
  }
  bool allows_in_a_group(std::int32_t item, std::int32_t from, std::int32_t to) const {
    return groups_allow(item, from, to) && wants_allow(item, from, to, kInAGroup);
  }
  bool allows_risk(std::int32_t item, std::int32_t to) const { return risk_.none() || risk_.allows(item, to); }
  bool holds_risk(std::int32_t host) const { return risk_.none() || risk_.holds(host); }
  std::int64_t missing_risk(std::int32_t host, std::int32_t without) const { return risk_.none() ? 0 : risk_.missing(host, without); }
  const Close& close() const { return close_; }
  // The hosts that an item may move to on its own, where they are few; empty: try all.
  std::span<const std::int32_t> choices(std::int32_t item) const {
    return plain_ ? std::span<const std::int32_t>() : few_hosts(item);
  }

  // What moving costs more (or less): the item's own price, its group's, and what soft constraints and the start's breaches cost.
  [[gnu::always_inline]] std::int64_t price_change(std::int32_t item, std::int32_t from, std::int32_t to) {
    const std::int32_t home = layout_->home[item];
    const std::int64_t change = layout_->price(item, to) - layout_->price(item, from) + group_away_.change(item, (to != home) - (from != home));
    return priced_ ? change + soft_change(item, from, to) : change;
  }
  std::int64_t swap_price_change(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) {
    const std::int32_t home = layout_->home[item], other_home = layout_->home[other];
    const std::int64_t change =
        layout_->price(item, to) - layout_->price(item, from) + layout_->price(other, from) - layout_->price(other, to) +
        group_away_.change(item, (to != home) - (from != home), other, (from != other_home) - (to != other_home));
    return priced_ ? change + soft_swap_change(item, from, other, to) : change;
  }

  // While it is on, hosts may be overfull, and it counts by how much; while it is off, none may stay so.
  const Excess& excess() const { return excess_; }
  void soften(double item_scale) { excess_.start(*layout_, item_scale); }
  void harden(double rise, double fall) { excess_.harden(*layout_, room_, rise, fall); }
  void firm() { excess_.stop(); }

  // Puts an item on another host; `change` is what the cost changes by, as told by a kernel. A host may be overfull between
  // the moves of a chain; whoever ends a chain so has to take it back.
  void move(std::int32_t item, std::int32_t to, std::int64_t change);
  // Puts every item where the assignment, a whole and sound one, has it.
  void become(const Assignment& assignment);
  // What a host's lanes, use and being open cost.
  std::int64_t host_cost(std::int32_t host) const;
  // The item's row in the layout goes from `before` to `after`, and its risks become these. Room may become negative. What
  // that does to the cost is told by add_cost().
  void resize(std::int32_t item, const std::int32_t* before, const std::int32_t* after, std::span<const RiskNeed> risks);
  void add_cost(std::int64_t change) { cost_ += change; }
  // Wherever else it would be the item has these risks (risk.h).
  void expect(std::int32_t item, std::span<const RiskNeed> risks) { risk_.expect(item, risks); }
  void expect_nothing() { risk_.expect_nothing(); }
  // Whoever must not meet it may not come to a host that the item has left but is still on (apart.h).
  void linger(std::int32_t item, std::int32_t host) { apart_.linger(item, host); }
  void call_off(std::int32_t item, std::int32_t host) { apart_.call_off(item, host); }
  // A closed host has no room for anybody. Close and open in turns.
  void close(std::int32_t host) { room_[static_cast<std::size_t>(host)][0] -= kClosed; }
  void open(std::int32_t host) { room_[static_cast<std::size_t>(host)][0] += kClosed; }
  // What of it, and of risk above a soft limit, is for there being too much on it.
  std::int64_t heat(std::int32_t host) const { return overload_cost(host) + risk_.cost_on(host); }
  std::int64_t cost_on(std::int32_t host) const { return host_cost(host) + risk_.cost_on(host); }
  // From the rows and counters as they are: what cost() must be.
  std::int64_t recomputed_cost() const;

 private:
  enum Asked : std::uint8_t { kInAGroup, kButForRisk, kAll };

  [[gnu::always_inline]] bool groups_allow(std::int32_t item, std::int32_t from, std::int32_t to) const {
    return layout_->bound[item] == 0 ||
           (group_apart_.allows(item, to) && group_spread_.allows(item, from, to) && near_.allows(item, from, to));
  }
  // Host sets, relations and risks: whatever a problem that is not plain has. Out of line, so that the loops of one that is stay
  // small.
  bool wants_allow(std::int32_t item, std::int32_t from, std::int32_t to, Asked asked) const;
  bool wants_allow_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const;
  std::span<const std::int32_t> few_hosts(std::int32_t item) const;
  std::int64_t overload_cost(std::int32_t host) const;
  void put(std::int32_t item, std::int32_t host);
  void take(std::int32_t item, std::int32_t host);
  std::int64_t soft_change(std::int32_t item, std::int32_t from, std::int32_t to) const;
  std::int64_t soft_swap_change(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const;

  const Layout* layout_;
  Rows room_, over_;  // hosts: what is left of the limit; use less what is safe
  Assignment host_of_;
  std::vector<std::int32_t> place_;
  std::vector<std::vector<std::int32_t>> on_;
  GroupApart group_apart_;
  GroupSpread group_spread_;
  Near near_;
  Apart apart_;
  Spread spread_;
  Close close_;
  RiskRows risk_;
  Guide guide_;
  GroupAway group_away_;
  Excess excess_;
  std::int64_t cost_ = 0;
  bool plain_ = true;    // nothing of Within, relations or risks
  bool priced_ = false;  // a soft constraint, or a breach of the start
};

}  // namespace headroom::placement
