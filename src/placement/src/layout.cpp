#include "layout.h"

#include <limits>

namespace headroom::placement {
namespace {

std::size_t width_for(std::size_t lanes) { return lanes <= 8 ? 8 : lanes <= 16 ? 16 : 32; }

// Row by row, the lanes of the problem and then what the balances make of them.
template <class Balanced>
Rows rows_of(const Problem& p, const std::vector<std::int64_t>& table, std::size_t rows, std::size_t width, Balanced&& balanced) {
  const std::size_t lanes = p.lanes.size();
  Rows out(rows, width);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::int64_t* from = table.data() + row * lanes;
    for (std::size_t l = 0; l < lanes; ++l) out[row][l] = static_cast<std::int32_t>(from[l]);
    for (std::size_t b = 0; b < p.balances.size(); ++b)
      out[row][lanes + b] = static_cast<std::int32_t>(balanced(p.balances[b], row));
  }
  return out;
}

}  // namespace

Layout::Layout(const Problem& p)
    : problem(p), hosts(p.hosts), items(p.items), width(width_for(p.lanes.size() + p.balances.size())),
      weight(1, width), charged(2, width), home(p.home), away_price(p.away_price), bound(p.items, 0),
      distance(p.distance_weight == 0 || p.distance.empty() ? nullptr : p.distance.data()), distance_weight(p.distance_weight) {
  const std::size_t lanes = p.lanes.size();
  const auto surplus = [&](const std::vector<std::int64_t>& table) {
    return [&](const Balance& b, std::size_t row) { return table[row * lanes + b.against] - b.target * table[row * lanes + b.of]; };
  };
  need = rows_of(p, p.need, p.items, width, surplus(p.need));
  limit = rows_of(p, p.capacity, p.hosts, width, [](const Balance&, std::size_t) { return std::numeric_limits<std::int32_t>::max(); });
  safe = rows_of(p, p.safe, p.hosts, width, surplus(p.capacity));
  for (std::size_t l = 0; l < width; ++l) charged[0][l] = charged[1][l] = -1;
  for (std::size_t l = 0; l < lanes; ++l) {
    weight[0][l] = static_cast<std::int32_t>(p.lanes[l].weight);
    if (p.lanes[l].transient) charged[1][l] = 0;
    transient = transient || p.lanes[l].transient;
  }
  for (std::size_t b = 0; b < p.balances.size(); ++b) {
    weight[0][lanes + b] = static_cast<std::int32_t>(p.balances[b].weight);
    charged[0][lanes + b] = charged[1][lanes + b] = 0;  // a balance needs no room
  }
  for (std::size_t i = 0; i < p.items; ++i) bound[i] = p.group[i] != kNoGroup;
}

}  // namespace headroom::placement
