#include "state.h"

#include <algorithm>

namespace headroom::placement {

State::State(const Layout& layout)
    : layout_(&layout), room_(layout.limit), over_(layout.hosts, layout.width), host_of_(layout.home), place_(layout.items, 0),
      on_(layout.hosts), group_apart_(layout.problem, layout.relations), group_spread_(layout.problem, layout.relations),
      near_(layout.problem), apart_(layout.problem, layout.relations.all), spread_(layout.problem, layout.relations.all),
      close_(layout.problem, layout.relations.all), risk_(layout.problem, layout.use == Layout::Use::kSearch),
      guide_(layout), group_away_(layout.problem) {
  const Problem& p = layout.problem;
  plain_ = p.within.empty() && layout.relations.all.empty() && p.risks.empty();
  for (std::size_t h = 0; h < layout.hosts; ++h)
    for (std::size_t l = 0; l < layout.width; ++l) over_[h][l] = -layout.safe[h][l];
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(layout.items); ++i) {
    const std::int32_t home = layout.home[i];
    put(i, home);
    // At home an item is charged for good in transient lanes: put() leaves them out.
    const std::int32_t* need = layout.need[static_cast<std::size_t>(i)];
    for (std::size_t l = 0; l < layout.width; ++l)
      room_[static_cast<std::size_t>(home)][l] -= need[l] & (layout.charged[0][l] & ~layout.charged[1][l]);
  }
  apart_.start(layout.problem.breach_price);
  spread_.start(layout.problem.breach_price);
  close_.start(layout.problem.breach_price);
  risk_.start();
  priced_ = layout.within.priced() || apart_.priced() || spread_.priced() || close_.priced() || risk_.priced();
  cost_ = recomputed_cost();
}

bool State::wants_allow(std::int32_t item, std::int32_t from, std::int32_t to, Asked asked) const {
  return layout_->within.allows(item, to) && apart_.allows(item, from, to) && spread_.allows(item, from, to) &&
         (asked == kInAGroup || close_.allows(item, from, to)) && (asked != kAll || risk_.allows(item, to));
}

bool State::wants_allow_swap(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
  return layout_->within.allows(item, to) && layout_->within.allows(other, from) && apart_.allows_swap(item, from, other, to) &&
         spread_.allows_swap(item, from, other, to) && close_.allows_swap(item, from, other, to) &&
         risk_.allows_swap(item, from, other, to);
}

std::span<const std::int32_t> State::few_hosts(std::int32_t item) const {
  for (std::int32_t row : close_.rows_of(item))
    if (close_.whole(row)) return close_.hosts_beside(row, host_of_[item]);
  return layout_->within.few(item);
}

std::int64_t State::soft_change(std::int32_t item, std::int32_t from, std::int32_t to) const {
  const Within& within = layout_->within;
  return (within.priced() ? within.price(item, to) - within.price(item, from) : 0) +
         (apart_.priced() ? apart_.change(item, from, to) : 0) + (spread_.priced() ? spread_.change(item, from, to) : 0) +
         (close_.priced() ? close_.change(item, from, to) : 0) + (risk_.priced() ? risk_.change(item, from, to) : 0);
}

std::int64_t State::soft_swap_change(std::int32_t item, std::int32_t from, std::int32_t other, std::int32_t to) const {
  const Within& within = layout_->within;
  return (within.priced() ? within.price(item, to) - within.price(item, from) + within.price(other, from) - within.price(other, to) : 0) +
         (apart_.priced() ? apart_.swap_change(item, from, other, to) : 0) +
         (spread_.priced() ? spread_.swap_change(item, from, other, to) : 0) +
         (close_.priced() ? close_.swap_change(item, from, other, to) : 0) +
         (risk_.priced() ? risk_.swap_change(item, from, other, to) : 0);
}

void State::put(std::int32_t item, std::int32_t host) {
  const std::int32_t* need = layout_->need[static_cast<std::size_t>(item)];
  const std::int32_t* lanes = charged(item, host);
  std::int32_t* room = room_[static_cast<std::size_t>(host)];
  std::int32_t* over = over_[static_cast<std::size_t>(host)];
  for (std::size_t l = 0; l < layout_->width; ++l) {
    over[l] += need[l];
    room[l] -= need[l] & lanes[l];
  }
  host_of_[item] = host;
  place_[item] = static_cast<std::int32_t>(on_[host].size());
  on_[host].push_back(item);
  if (layout_->priced) guide_.put(host, layout_->size[item]);
  if (layout_->bound[item] != 0) {
    group_apart_.put(item, host);
    group_spread_.put(item, host);
    near_.put(item, host);
  }
  if (plain_) return;
  risk_.put(item, host);
  apart_.put(item, host);
  spread_.put(item, host);
  close_.put(item, host);
}

void State::take(std::int32_t item, std::int32_t host) {
  const std::int32_t* need = layout_->need[static_cast<std::size_t>(item)];
  const std::int32_t* lanes = charged(item, host);
  std::int32_t* room = room_[static_cast<std::size_t>(host)];
  std::int32_t* over = over_[static_cast<std::size_t>(host)];
  for (std::size_t l = 0; l < layout_->width; ++l) {
    over[l] -= need[l];
    room[l] += need[l] & lanes[l];
  }
  std::vector<std::int32_t>& on = on_[host];
  const std::int32_t last = on.back();
  on[place_[item]] = last;
  place_[last] = place_[item];
  on.pop_back();
  if (layout_->priced) guide_.take(host, layout_->size[item]);
  if (layout_->bound[item] != 0) {
    group_apart_.take(item, host);
    group_spread_.take(item, host);
    near_.take(item, host);
  }
  if (plain_) return;
  risk_.take(item, host);
  apart_.take(item, host);
  spread_.take(item, host);
  close_.take(item, host);
}

void State::move(std::int32_t item, std::int32_t to, std::int64_t change) {
  const std::int32_t from = host_of_[item], home = layout_->home[item];
  if (excess_.on()) excess_.leave_out(from, room(from)), excess_.leave_out(to, room(to));
  take(item, from);
  put(item, to);
  if (excess_.on()) excess_.count(from, room(from)), excess_.count(to, room(to));
  group_away_.add(item, (to != home) - (from != home));
  cost_ += change;
}

void State::resize(std::int32_t item, const std::int32_t* before, const std::int32_t* after,
                   std::span<const RiskNeed> risks) {
  const auto host = static_cast<std::size_t>(host_of_[item]);
  for (std::size_t l = 0; l < layout_->width; ++l) {
    const std::int32_t more = after[l] - before[l];
    over_[host][l] += more;
    // At home transient lanes are charged as well.
    room_[host][l] -= more & layout_->charged[0][l];
  }
  if (!risk_.none()) risk_.resize(item, host_of_[item], risks);
}

void State::become(const Assignment& assignment) {
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(layout_->items); ++i)
    if (assignment[i] != host_of_[i]) move(i, assignment[i], 0);
  cost_ = recomputed_cost();
}

std::int64_t State::recomputed_cost() const {
  std::int64_t cost = group_away_.cost() + apart_.cost() + spread_.cost() + close_.cost() + risk_.cost();
  const Within& within = layout_->within;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(layout_->items); ++i)
    cost += layout_->price(i, host_of_[i]) + (within.priced() ? within.price(i, host_of_[i]) : 0);
  for (std::int32_t h = 0; h < static_cast<std::int32_t>(layout_->hosts); ++h) cost += host_cost(h);
  return cost;
}

std::int64_t State::overload_cost(std::int32_t host) const {
  std::int64_t cost = 0;
  for (std::size_t l = 0; l < layout_->width; ++l)
    cost += static_cast<std::int64_t>(layout_->weight[0][l]) * std::max(0, over(host)[l]);
  return cost;
}

std::int64_t State::host_cost(std::int32_t host) const {
  std::int64_t cost = overload_cost(host);
  const auto h = static_cast<std::size_t>(host);
  if (!layout_->priced || on_[h].empty()) return cost;
  for (std::size_t l = 0; l < layout_->width; ++l)
    cost += static_cast<std::int64_t>(layout_->use_price[h][l]) * (over(host)[l] + layout_->safe[h][l]);
  return cost + layout_->open_price[h];
}

}  // namespace headroom::placement
