#include "headroom/migration_testing/made_moves.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace headroom::migration_testing {
namespace {

using migration::DirtyCurve;
using migration::Host;
using migration::Move;
using migration::Problem;

constexpr double kGiB = 1 << 30;

class Maker {
 public:
  explicit Maker(const Making& m) : m_(m), random_(m.seed) {}

  Problem make() {
    p_.lanes = m_.lanes;
    p_.limits = m_.limits;
    make_hosts();
    make_items();
    choose_moves();
    make_capacities();
    keep_apart();
    return std::move(p_);
  }

 private:
  // Not std's distributions: they differ between libraries.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  double unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  std::int32_t busy_host() { return static_cast<std::int32_t>(below(m_.hosts)); }

  void make_hosts() {
    for (std::size_t h = 0; h < m_.hosts + m_.spares; ++h) {
      const BytesPerSecond nic(m_.nic_mbps[below(m_.nic_mbps.size())] * 1'000'000);
      p_.hosts.push_back({static_cast<std::uint32_t>(1000 + h), nic, nic, static_cast<std::int32_t>(h % m_.locations)});
    }
    if (m_.uplink_mbps > 0) p_.uplinks.assign(m_.locations, BytesPerSecond(m_.uplink_mbps * 1'000'000));
  }

  void make_items() {
    for (std::size_t i = 0; i < m_.items; ++i) {
      p_.on.push_back(busy_host());
      gib_.push_back(std::exp2(6 * unit()));
      for (std::size_t l = 0; l < m_.lanes; ++l)
        p_.need.push_back(static_cast<std::int64_t>(gib_.back() * 100 * (0.5 + unit())));
    }
  }

  void add_move(std::size_t item, std::int32_t to) {
    if (moves_[item] || p_.on[item] == to) return;
    moves_[item] = true;
    Move move{.item = static_cast<std::int32_t>(item), .to = to, .payload = {}};
    const double memory = gib_[item] * kGiB * (0.3 + 0.7 * unit());
    const double hot = std::min(memory, kGiB * 0.25 * unit());
    const bool busy = unit() < m_.busy;
    move.payload = {Bytes(static_cast<std::int64_t>(memory)), {hot, 1 + 9 * unit(), (busy ? 20000 : 40) * unit() * 1e6}};
    if (unit() < m_.breaches) move.breach = Duration(static_cast<std::int64_t>(unit() * static_cast<double>(m_.last_breach.count())));
    move.importance = 1 + static_cast<std::int64_t>(below(100));
    p_.moves.push_back(move);
  }

  void choose_moves() {
    moves_.assign(m_.items, false);
    for (std::size_t tries = 0; p_.moves.size() < m_.moves && tries < 20 * m_.moves; ++tries) {
      if (unit() >= m_.ringed) {
        add_move(below(m_.items), busy_host());
        continue;
      }
      std::vector<std::size_t> ring;
      for (std::size_t length = 2 + below(4); ring.size() < length;) ring.push_back(below(m_.items));
      for (std::size_t i = 0; i < ring.size(); ++i) add_move(ring[i], p_.on[ring[(i + 1) % ring.size()]]);
    }
    if (m_.other_need <= 0) return;
    for (const Move& move : p_.moves) {
      const double times = unit() < m_.other_need ? 0.5 + unit() : 1;
      for (std::size_t l = 0; l < m_.lanes; ++l)
        p_.need_there.push_back(static_cast<std::int64_t>(times * static_cast<double>(p_.need[static_cast<std::size_t>(move.item) * m_.lanes + l])));
    }
  }

  void make_capacities() {
    std::vector<std::int64_t> before(p_.hosts.size() * m_.lanes, 0), after;
    const auto add = [&](std::vector<std::int64_t>& to, std::int32_t host, const std::int64_t* row, std::int64_t times) {
      for (std::size_t l = 0; l < m_.lanes; ++l) to[static_cast<std::size_t>(host) * m_.lanes + l] += times * row[l];
    };
    for (std::size_t i = 0; i < m_.items; ++i) add(before, p_.on[i], &p_.need[i * m_.lanes], 1);
    after = before;
    for (std::size_t m = 0; m < p_.moves.size(); ++m) {
      const auto item = static_cast<std::size_t>(p_.moves[m].item);
      add(after, p_.on[item], &p_.need[item * m_.lanes], -1);
      add(after, p_.moves[m].to, p_.need_there.empty() ? &p_.need[item * m_.lanes] : &p_.need_there[m * m_.lanes], 1);
    }
    for (std::size_t h = 0; h < p_.hosts.size(); ++h) {
      const bool hot = unit() < m_.hot, spare = h >= m_.hosts;
      for (std::size_t l = 0; l < m_.lanes; ++l) {
        const std::size_t cell = h * m_.lanes + l;
        const auto most = hot ? after[cell] : std::max(before[cell], after[cell]);
        p_.capacity.push_back(spare ? 15'000 : most + static_cast<std::int64_t>(m_.slack * static_cast<double>(most)));
      }
    }
  }

  // Sets that hold before and after; and, for a clash, one of a moving item and one that stays where it goes.
  void keep_apart() {
    std::vector<std::int32_t> after = p_.on;
    for (const Move& move : p_.moves) after[static_cast<std::size_t>(move.item)] = move.to;
    const auto differ = [](std::int32_t a, std::int32_t b, const std::vector<std::int32_t>& on) {
      return on[static_cast<std::size_t>(a)] != on[static_cast<std::size_t>(b)];
    };
    for (std::size_t s = 0; s < m_.apart && !p_.moves.empty(); ++s) {
      std::vector<std::int32_t> set{p_.moves[below(p_.moves.size())].item};
      for (std::size_t more = 1 + below(3); more > 0; --more) {
        const auto item = static_cast<std::int32_t>(below(m_.items));
        if (std::all_of(set.begin(), set.end(), [&](std::int32_t o) { return differ(o, item, p_.on) && differ(o, item, after); }))
          set.push_back(item);
      }
      p_.apart.push_back(set);
    }
    for (const Move& move : p_.moves) {
      if (unit() >= m_.clash) continue;
      for (std::size_t i = 0; i < m_.items; ++i)
        if (p_.on[i] == move.to && !moves_[i]) {
          p_.apart.push_back({move.item, static_cast<std::int32_t>(i)});
          break;
        }
    }
  }

  Making m_;
  std::mt19937_64 random_;
  Problem p_;
  std::vector<double> gib_;
  std::vector<bool> moves_;
};

}  // namespace

Making wild(std::uint64_t seed) {
  std::mt19937_64 random(seed * 977 + 5);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto one_of = [&](std::vector<double> values) { return values[below(values.size())]; };
  Making m;
  m.seed = seed;
  m.hosts = 2 + below(14);
  m.spares = below(3);
  m.items = m.hosts * (1 + below(8));
  m.moves = 1 + below(m.items);
  m.lanes = 1 + below(4);
  m.slack = one_of({0, 0, 0, 0.05, 0.2, 1});
  m.hot = one_of({0, 0, 0.3});
  m.ringed = one_of({0, 0.5, 1});
  m.apart = below(2 * m.hosts);
  m.clash = one_of({0, 0, 0.1});
  m.busy = one_of({0, 0, 0.1});
  m.breaches = one_of({0, 0.3, 1});
  m.last_breach = std::chrono::seconds(10 + below(2000));
  m.nic_mbps = below(3) == 0 ? std::vector<std::int64_t>{125, 1250, 3125} : std::vector<std::int64_t>{1250};
  if (below(10) == 0) m.nic_mbps = {1250, 1250, 1250, 0};
  m.locations = 1 + below(3);
  m.uplink_mbps = below(2) == 0 ? 0 : 1500;
  m.other_need = one_of({0, 0, 0.5});
  m.limits = {static_cast<int>(below(4)), static_cast<int>(below(4)), static_cast<int>(below(3) * 4)};
  return m;
}

Problem make_moves(const Making& making) {
  return Maker(making).make();
}

}  // namespace headroom::migration_testing
