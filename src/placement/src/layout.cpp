#include "layout.h"

#include <algorithm>
#include <limits>

#include "breach_weight.h"

namespace headroom::placement {
namespace {

constexpr double kFullest = 1 << 16;  // the size of what the largest host holds
constexpr double kPlenty = 0.1;       // of a size: what lanes count for that are not scarce, all together

// A lane that the problem's own make: what its row is, given a table's row of the problem's lanes.
struct Derived {
  std::int64_t weight = 0;
  std::size_t plus = 0, times = 0;
  std::int64_t minus = 0;  // row[plus] - minus * row[times]
};

std::vector<std::int64_t> use_at_home(const Problem& p) {
  const std::size_t lanes = p.lanes.size();
  std::vector<std::int64_t> use(p.hosts * lanes, 0);
  for (std::size_t at = 0; at < p.need.size(); ++at) use[static_cast<std::size_t>(p.home[at / lanes]) * lanes + at % lanes] += p.need[at];
  return use;
}

std::vector<Derived> derived_lanes(const Problem& p, bool overfull_has_a_price) {
  std::vector<Derived> derived;
  for (const Balance& b : p.balances) derived.push_back({b.weight, b.against, b.of, b.target});
  if (!overfull_has_a_price) return derived;
  const std::vector<std::int64_t> use = use_at_home(p);
  for (std::size_t l = 0; l < p.lanes.size(); ++l) {
    bool overfull = false;
    for (std::size_t at = l; at < use.size(); at += p.lanes.size()) overfull = overfull || use[at] > p.capacity[at];
    if (overfull) derived.push_back({breach_weight(p, p.need, p.lanes.size(), l), l, 0, 0});
  }
  return derived;
}

std::size_t width_for(std::size_t lanes) { return lanes <= 8 ? 8 : lanes <= 16 ? 16 : 32; }

// Row by row, the lanes of the problem and then the derived ones.
Rows rows_of(const Problem& p, const std::vector<Derived>& derived, const std::vector<std::int64_t>& table, std::size_t rows,
             std::size_t width) {
  const std::size_t lanes = p.lanes.size();
  Rows out(rows, width);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::int64_t* from = table.data() + row * lanes;
    for (std::size_t l = 0; l < lanes; ++l) out[row][l] = static_cast<std::int32_t>(from[l]);
    for (std::size_t d = 0; d < derived.size(); ++d)
      out[row][lanes + d] = static_cast<std::int32_t>(from[derived[d].plus] - derived[d].minus * from[derived[d].times]);
  }
  return out;
}

}  // namespace

Layout::Layout(const Problem& p, Use what_for)
    : problem(p), use(what_for), hosts(p.hosts), items(p.items), home(p.home), away_price(p.away_price), bound(p.items, 0),
      within(p), relations(p),
      distance(p.distance_weight == 0 || p.distance.empty() ? nullptr : p.distance.data()), distance_weight(p.distance_weight) {
  const std::size_t lanes = p.lanes.size();
  const bool may_stay = p.breach_price != 0 && use == Use::kSearch;
  const std::vector<Derived> derived = derived_lanes(p, may_stay);
  width = width_for(lanes + derived.size());
  need = rows_of(p, derived, p.need, p.items, width);
  limit = rows_of(p, derived, p.capacity, p.hosts, width);
  safe = rows_of(p, derived, p.safe, p.hosts, width);
  weight = Rows(1, width);
  charged = Rows(2, width);
  for (std::size_t h = 0; h < p.hosts; ++h)
    for (std::size_t d = lanes; d < lanes + derived.size(); ++d) {
      safe[h][d] = limit[h][d];  // as the capacities make it
      limit[h][d] = std::numeric_limits<std::int32_t>::max();
    }
  if (may_stay) {
    const std::vector<std::int64_t> use = use_at_home(p);
    for (std::size_t at = 0; at < use.size(); ++at) {
      std::int32_t& most = limit[at / lanes][at % lanes];
      most = std::max(most, static_cast<std::int32_t>(use[at]));
    }
  }
  for (std::size_t l = 0; l < width; ++l) charged[0][l] = charged[1][l] = -1;
  for (std::size_t l = 0; l < lanes; ++l) {
    weight[0][l] = static_cast<std::int32_t>(p.lanes[l].weight);
    if (p.lanes[l].transient) charged[1][l] = 0;
    transient = transient || p.lanes[l].transient;
  }
  for (std::size_t d = 0; d < derived.size(); ++d) {
    weight[0][lanes + d] = static_cast<std::int32_t>(derived[d].weight);
    charged[0][lanes + d] = charged[1][lanes + d] = 0;  // a derived lane needs no room
  }
  for (std::size_t i = 0; i < p.items; ++i) bound[i] = p.group[i] != kNoGroup;
  price_hosts();
  if (use == Use::kSearch) alike = Alike(p);
}

void Layout::price_hosts() {
  const Problem& p = problem;
  priced = !p.use_price.empty() || !p.open_price.empty();
  if (!priced) return;
  use_price = Rows(hosts, width);
  const std::size_t lanes = p.lanes.size();
  for (std::size_t at = 0; at < p.use_price.size(); ++at)
    use_price[at / lanes][at % lanes] = static_cast<std::int32_t>(p.use_price[at]);
  open_price = p.open_price;
  open_price.resize(hosts, 0);
  if (use == Use::kSearch) relaxed = relax(p);
  measure();
}

void Layout::measure() {
  const Problem& p = problem;
  const std::size_t lanes = p.lanes.size();
  std::vector<double> worth = relaxed.lane_price;
  worth.resize(lanes, 0);
  std::vector<double> room(lanes, 1);
  for (std::size_t i = 0; i < p.capacity.size(); ++i) room[i % lanes] += static_cast<double>(p.capacity[i]);
  double all = 0;
  for (std::size_t l = 0; l < lanes; ++l) all += worth[l] * room[l];
  for (std::size_t l = 0; l < lanes; ++l) worth[l] += (all > 0 ? kPlenty * all : 1) / static_cast<double>(lanes) / room[l];
  std::vector<double> hold(hosts, 0);
  for (std::size_t i = 0; i < p.capacity.size(); ++i)
    hold[i / lanes] += worth[i % lanes] * static_cast<double>(p.lanes[i % lanes].weight > 0 ? std::min(p.safe[i], p.capacity[i])
                                                                                              : p.capacity[i]);
  const double largest = *std::max_element(hold.begin(), hold.end());
  const double unit = largest > 0 ? kFullest / largest : 0;
  for (double h : hold) full.push_back(1 + static_cast<std::int64_t>(unit * h));
  std::vector<double> value(items, 0);
  for (std::size_t i = 0; i < p.need.size(); ++i) value[i / lanes] += worth[i % lanes] * static_cast<double>(p.need[i]);
  for (double v : value) size.push_back(1 + static_cast<std::int64_t>(unit * v));
}

void Layout::write_need(std::span<const std::int64_t> lanes, std::int32_t* row) const {
  for (std::size_t l = 0; l < lanes.size(); ++l) row[l] = static_cast<std::int32_t>(lanes[l]);
  for (std::size_t b = 0; b < problem.balances.size(); ++b) {
    const Balance& balance = problem.balances[b];
    row[lanes.size() + b] = static_cast<std::int32_t>(lanes[balance.against] - balance.target * lanes[balance.of]);
  }
}

}  // namespace headroom::placement
