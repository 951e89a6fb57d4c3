#include "headroom/placement_testing/challenge_like.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "chance.h"

namespace headroom::placement_testing {
namespace {

using placement::Problem;

// Of a lane of the A set: needs from `least` to `most`; which size they follow, and how far off they are, as shares of the range's
// logarithm.
struct Lane {
  double least, most;
  std::size_t size;
  double scatter;
};
constexpr Lane kLanes[] = {{900, 9e5, 0, 0},      {500, 1.2e6, 0, .04}, {140, 3.5e6, 0, .12}, {15, 7e6, 0, .1},
                           {5, 3e6, 0, .1},       {45, 4e5, 0, .1},     {1000, 9.9e5, 1, 0},  {4, 1.5e5, 1, .15},
                           {200, 2e4, 2, 0},      {330, 1e5, 2, .05},   {700, 5e5, 3, .05},   {90, 2.5e4, 3, .05}};
constexpr std::size_t kSizes = 4, kNeighbourhoods = 5;
constexpr double kMany = 80;  // items on a host, from which on hosts are like each other

class Maker : Chance {
 public:
  explicit Maker(const ChallengeLike& m)
      : Chance(m.seed, m.items, m.hosts), m_(m),
        even_(std::min(1.0, static_cast<double>(m.items) / static_cast<double>(m.hosts) / kMany)) {}

  Problem make() {
    p_.hosts = m_.hosts;
    p_.items = m_.items;
    for (std::size_t l = 0; l < m_.lanes; ++l) p_.lanes.push_back({l >= m_.lanes - m_.transient_lanes, 10});
    p_.group_away_weight = 10;
    p_.distance_weight = 100;
    p_.away_price.assign(m_.items, 1);
    make_needs();
    make_places();
    make_groups();
    make_room();
    ask();
    return std::move(p_);
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(Chance::below(n)); }

  // Few lanes are taken from different sizes, so that they do not all follow one.
  const Lane& lane(std::size_t l) const {
    static constexpr std::size_t kFew[] = {0, 2, 6}, kSome[] = {0, 1, 2, 3, 6, 8};
    return kLanes[m_.lanes <= 3 ? kFew[l] : m_.lanes <= 6 ? kSome[l] : l % std::size(kLanes)];
  }

  void make_needs() {
    for (std::size_t i = 0; i < m_.items; ++i) {
      double sizes[kSizes];
      for (double& size : sizes) size = unit();
      for (std::size_t l = 0; l < m_.lanes; ++l) {
        const Lane& like = lane(l);
        const double x = std::clamp(sizes[like.size] + like.scatter * normal(), 0.0, 1.0);
        p_.need.push_back(std::max<std::int64_t>(1, static_cast<std::int64_t>(like.least * std::pow(like.most / like.least, x))));
      }
    }
  }

  void make_places() {
    for (std::size_t h = 0; h < m_.hosts; ++h) {
      p_.location.push_back(static_cast<std::int32_t>(h * m_.locations / m_.hosts));
      p_.neighbourhood.push_back(static_cast<std::int32_t>(static_cast<std::size_t>(p_.location[h]) * kNeighbourhoods / m_.locations));
    }
    for (std::size_t from = 0; from < m_.hosts; ++from)
      for (std::size_t to = 0; to < m_.hosts; ++to)
        p_.distance.push_back(p_.location[from] == p_.location[to] ? 0 : p_.neighbourhood[from] == p_.neighbourhood[to] ? 1 : 2);
  }

  // One item each, and what is left spread over some of the groups; members on different hosts.
  void make_groups() {
    std::vector<std::size_t> sizes(std::min(m_.groups, m_.items), 1);
    const double a_group = static_cast<double>(m_.items) / static_cast<double>(sizes.size());
    const std::size_t most = std::min(m_.hosts / 2, std::max<std::size_t>(4, static_cast<std::size_t>(8 * a_group)));
    const auto some = static_cast<std::size_t>((a_group < 1.5 ? 0.1 : 0.6) * static_cast<double>(sizes.size())) + 1;
    for (std::size_t left = m_.items - sizes.size(), first = 0, draws = 0; left > 0; ++draws) {
      if (draws > 4 * m_.items) first = sizes.size() - some;  // they are full: all groups take some
      std::size_t& size = sizes[below(some + first)];
      if (size >= most) continue;
      ++size;
      --left;
    }
    std::vector<double> preferred;
    for (std::size_t h = 0; h < m_.hosts; ++h) preferred.push_back((preferred.empty() ? 0 : preferred.back()) + between(0.6, 1.4));
    p_.groups.resize(sizes.size());
    for (std::size_t g = 0; g < sizes.size(); ++g) {
      p_.groups[g].apart = true;
      std::set<std::int32_t> taken;
      while (taken.size() < sizes[g]) {
        const auto host = std::lower_bound(preferred.begin(), preferred.end() - 1, unit() * preferred.back()) - preferred.begin();
        if (!taken.insert(static_cast<std::int32_t>(host)).second) continue;
        p_.home.push_back(static_cast<std::int32_t>(host));
        p_.group.push_back(static_cast<std::int32_t>(g));
      }
      homes_.push_back(std::move(taken));
    }
  }

  void make_room() {
    const std::size_t lanes = m_.lanes;
    std::vector<double> use(m_.hosts * lanes, 0), needed(lanes, 0), held(lanes, 0);
    for (std::size_t at = 0; at < p_.need.size(); ++at) {
      use[static_cast<std::size_t>(p_.home[at / lanes]) * lanes + at % lanes] += static_cast<double>(p_.need[at]);
      needed[at % lanes] += static_cast<double>(p_.need[at]);
    }
    std::vector<double> safe(m_.hosts * lanes);
    for (std::size_t h = 0; h < m_.hosts; ++h) {
      double full = 0.9 + (0.03 + 0.08 * (1 - even_)) * normal();
      if (unit() < 0.1 * (1 - even_)) full *= 0.4;
      const double careful = between(0.8, 0.97);
      for (std::size_t l = 0; l < lanes; ++l) {
        const double fill = std::clamp(full + (0.02 + 0.03 * (1 - even_)) * normal(), 0.1, 1.0);
        p_.capacity.push_back(static_cast<std::int64_t>(use[h * lanes + l] / fill) + 1);
        safe[h * lanes + l] = static_cast<double>(p_.capacity.back()) * (careful + between(0.8, 0.97)) / 2;
        held[l] += safe[h * lanes + l];
      }
    }
    for (std::size_t l = 0; l < lanes; ++l) held[l] = (l < m_.short_lanes ? 1 - m_.short_by : between(1, 1.05)) * needed[l] / held[l];
    for (std::size_t at = 0; at < safe.size(); ++at)
      p_.safe.push_back(std::min(p_.capacity[at], static_cast<std::int64_t>(safe[at] * held[at % lanes])));
  }

  std::set<std::int32_t> places(std::size_t group, const std::vector<std::int32_t>& of_hosts) const {
    std::set<std::int32_t> found;
    for (std::int32_t host : homes_[group]) found.insert(of_hosts[static_cast<std::size_t>(host)]);
    return found;
  }

  void ask() {
    for (std::size_t g = 0; g < homes_.size(); ++g)
      p_.groups[g].least_locations = static_cast<std::int32_t>(1 + below(places(g, p_.location).size()));
    for (std::size_t tries = 0, given = 0; tries < m_.near * 6 && given < m_.near; ++tries) {
      const std::size_t g = below(homes_.size()), near = below(homes_.size());
      const auto mine = places(g, p_.neighbourhood), theirs = places(near, p_.neighbourhood);
      if (g == near || !std::includes(theirs.begin(), theirs.end(), mine.begin(), mine.end())) continue;
      p_.groups[g].near.push_back(static_cast<std::int32_t>(near));
      ++given;
    }
  }

  const ChallengeLike& m_;
  double even_;
  Problem p_;
  std::vector<std::set<std::int32_t>> homes_;  // of groups
};

}  // namespace

Problem make_challenge_like(const ChallengeLike& making) { return Maker(making).make(); }

}  // namespace headroom::placement_testing
