#include "headroom/placement_testing/made_problem.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "chance.h"

namespace headroom::placement_testing {
namespace {

using placement::Problem;

class Maker : Chance {
 public:
  explicit Maker(const Making& m) : Chance(m.seed, m.items, m.hosts), m_(m) {}

  Problem make() {
    p_.hosts = m_.hosts;
    p_.items = m_.items;
    for (std::size_t l = 0; l < m_.lanes; ++l) p_.lanes.push_back({l >= m_.lanes - m_.transient_lanes, 10});
    for (std::size_t b = 0; b < m_.balances; ++b)
      p_.balances.push_back({b % m_.lanes, (b + 1) % m_.lanes, 2 + static_cast<std::int64_t>(b), 10});
    p_.group_away_weight = 10;
    p_.distance_weight = 100;
    make_groups();
    make_hosts();
    settle();
    ask();
    if (m_.priced) price();
    return std::move(p_);
  }

 private:
  void make_groups() {
    p_.groups.resize(std::min(m_.groups, m_.items));
    std::vector<std::size_t> sizes(p_.groups.size(), 1);
    for (std::size_t left = m_.items - sizes.size(); left > 0;) {
      std::size_t more = 1;
      while (more * 2 <= left && more < m_.hosts / 4 && unit() < 0.5) more *= 2;
      std::size_t& size = sizes[static_cast<std::size_t>(below(sizes.size()))];
      if (size + more > m_.hosts / 2 + 1) continue;
      size += more;
      left -= more;
    }
    for (std::size_t g = 0; g < sizes.size(); ++g) {
      p_.groups[g].apart = true;
      std::vector<std::int64_t> need;
      const double size = normal();
      for (std::size_t l = 0; l < m_.lanes; ++l) {
        const double spread = 0.5 * size + 0.7 * normal();
        need.push_back(unit() < 0.1 ? 0 : static_cast<std::int64_t>(20'000 * std::exp2(1.6 * spread)));
      }
      for (std::size_t i = 0; i < sizes[g]; ++i) {
        p_.group.push_back(static_cast<std::int32_t>(g));
        p_.need.insert(p_.need.end(), need.begin(), need.end());
        p_.away_price.push_back(1 + below(3));
      }
    }
  }

  void make_hosts() {
    for (std::size_t h = 0; h < m_.hosts; ++h) {
      p_.location.push_back(static_cast<std::int32_t>(h % m_.locations));
      p_.neighbourhood.push_back(static_cast<std::int32_t>(h * m_.neighbourhoods / m_.hosts));
    }
    for (std::size_t from = 0; from < m_.hosts; ++from)
      for (std::size_t to = 0; to < m_.hosts; ++to)
        p_.distance.push_back(from == to ? 0 : p_.location[from] == p_.location[to] ? 1 : 2);
    std::vector<double> sizes;
    for (std::size_t h = 0; h < m_.hosts; ++h) sizes.push_back(0.7 + 0.2 * below(4));
    const double all = std::accumulate(sizes.begin(), sizes.end(), 0.0);
    std::vector<double> total(m_.lanes, 0);
    for (std::size_t i = 0; i < p_.need.size(); ++i) total[i % m_.lanes] += static_cast<double>(p_.need[i]);
    for (std::size_t h = 0; h < m_.hosts; ++h)
      for (std::size_t l = 0; l < m_.lanes; ++l)
        p_.capacity.push_back(static_cast<std::int64_t>(total[l] * sizes[h] / all / m_.fill * (0.85 + 0.3 * unit())) + 1);
  }

  bool has_room(std::size_t host, std::size_t item) const {
    for (std::size_t l = 0; l < m_.lanes; ++l)
      if (use_[host * m_.lanes + l] + p_.need[item * m_.lanes + l] > p_.capacity[host * m_.lanes + l]) return false;
    return true;
  }

  // A host without another of the group: one with room if a few draws find one, else any, which then grows.
  std::int32_t home_for(std::size_t item) {
    const auto& taken = taken_[static_cast<std::size_t>(p_.group[item])];
    std::int32_t host = 0;
    for (int draw = 0; draw < 40; ++draw) {
      host = below(draw % 2 == 0 ? m_.hosts / 3 + 1 : m_.hosts);
      if (!taken.contains(host) && has_room(static_cast<std::size_t>(host), item)) return host;
    }
    while (taken.contains(host)) host = below(m_.hosts);
    return host;
  }

  void settle() {
    p_.home.resize(m_.items);
    use_.assign(m_.hosts * m_.lanes, 0);
    taken_.resize(p_.groups.size());
    std::vector<std::int64_t> size(m_.items, 0);
    for (std::size_t i = 0; i < p_.need.size(); ++i) size[i / m_.lanes] += p_.need[i];
    std::vector<std::size_t> order(m_.items);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
    for (std::size_t item : order) {
      const std::int32_t home = home_for(item);
      p_.home[item] = home;
      taken_[static_cast<std::size_t>(p_.group[item])].insert(home);
      for (std::size_t l = 0; l < m_.lanes; ++l) {
        const std::size_t at = static_cast<std::size_t>(home) * m_.lanes + l;
        use_[at] += p_.need[item * m_.lanes + l];
        p_.capacity[at] = std::max(p_.capacity[at], use_[at]);
      }
    }
    for (std::int64_t capacity : p_.capacity) p_.safe.push_back(static_cast<std::int64_t>(static_cast<double>(capacity) * m_.safe));
  }

  std::set<std::int32_t> places(std::size_t group, const std::vector<std::int32_t>& of_hosts) const {
    std::set<std::int32_t> found;
    for (std::int32_t host : taken_[group]) found.insert(of_hosts[static_cast<std::size_t>(host)]);
    return found;
  }

  void ask() {
    for (std::size_t g = 0; g < p_.groups.size(); ++g)
      p_.groups[g].least_locations = 1 + below(places(g, p_.location).size());
    for (std::size_t tries = 0, given = 0; tries < m_.near * 4 && given < m_.near; ++tries) {
      const auto g = static_cast<std::size_t>(below(p_.groups.size()));
      const std::int32_t near = below(p_.groups.size());
      const auto mine = places(g, p_.neighbourhood), theirs = places(static_cast<std::size_t>(near), p_.neighbourhood);
      if (!std::includes(theirs.begin(), theirs.end(), mine.begin(), mine.end())) continue;
      p_.groups[g].near.push_back(near);
      ++given;
    }
  }

  // From a stream of its own: the rest of the problem is the same without prices.
  void price() {
    Chance chance(m_.seed, m_.items, m_.hosts + 1);
    for (std::size_t h = 0; h < m_.hosts; ++h) {
      for (std::size_t l = 0; l < m_.lanes; ++l) p_.use_price.push_back(h % 4 == 1 ? 0 : chance.below(6));
      p_.open_price.push_back(h % 4 == 0 ? 0 : 1000 * chance.below(3000));
    }
  }

  const Making& m_;
  Problem p_;
  std::vector<std::int64_t> use_;                 // hosts x lanes
  std::vector<std::set<std::int32_t>> taken_;     // hosts of each group
};

}  // namespace

Making small(std::uint64_t seed) {
  return {.seed = seed, .hosts = 12, .items = 120, .lanes = 5, .transient_lanes = 2, .groups = 40, .near = 40, .locations = 4,
          .neighbourhoods = 3, .balances = 2};
}

Problem make_problem(const Making& making) { return Maker(making).make(); }

}  // namespace headroom::placement_testing
