#include "headroom/placement_testing/best_fit.h"

#include <algorithm>
#include <numeric>

#include "../../src/random.h"
#include "headroom/placement/check.h"

namespace headroom::placement_testing {
namespace {

using placement::Assignment;
using placement::Problem;
using placement::Stream;

class Packer {
 public:
  Packer(const Problem& p, const std::function<bool()>& over)
      : p_(p), over_(over), lanes_(p.lanes.size()), need_(lanes_, 1), size_(p.items, 0), price_(p.hosts, 0),
        limit_(p.capacity) {
    for (std::size_t at = 0; at < p.need.size(); ++at) need_[at % lanes_] += static_cast<double>(p.need[at]);
    for (std::size_t at = 0; at < p.need.size(); ++at) size_[at / lanes_] += share(at % lanes_, p.need[at]);
    for (std::size_t at = 0; at < limit_.size(); ++at)
      if (p.lanes[at % lanes_].weight > 0) limit_[at] = std::min(p.safe[at], limit_[at]);
    for (std::size_t h = 0; h < p.hosts; ++h) {
      double room = 0, price = static_cast<double>(open_price(h));
      for (std::size_t l = 0; l < lanes_; ++l) {
        room += share(l, limit_[h * lanes_ + l]);
        price += static_cast<double>(use_price(h, l)) * static_cast<double>(limit_[h * lanes_ + l]);
      }
      price_[h] = price / std::max(room, 1e-9);
    }
  }

  // False when something found no place, or the time was over.
  bool pack(const std::vector<double>& sizes) {
    clear();
    const std::vector<std::size_t> items = order(p_.items, [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
    std::vector<std::size_t> hosts = order(p_.hosts, [&](std::size_t a, std::size_t b) { return price_[a] < price_[b]; });
    std::vector<std::size_t> open;
    for (std::size_t item : items) {
      if (over_()) return false;
      std::size_t best = p_.hosts;
      for (std::size_t host : open)
        if (fits(item, host, limit_) && (best == p_.hosts || left_[host] < left_[best])) best = host;
      for (std::size_t at = 0; at < hosts.size() && best == p_.hosts; ++at)
        if (fits(item, hosts[at], limit_)) {
          best = hosts[at];
          open.push_back(best);
          hosts.erase(hosts.begin() + static_cast<std::ptrdiff_t>(at));
        }
      for (std::size_t host = 0; host < p_.hosts && best == p_.hosts; ++host)
        if (fits(item, host, p_.capacity)) best = host;
      if (best == p_.hosts) return false;
      put(item, best, 1);
    }
    return true;
  }

  // Each item to its cheapest host until none gains, or the time is over.
  void shift_down() {
    for (bool some = true; some;) {
      some = false;
      for (std::size_t item = 0; item < p_.items; ++item) {
        if (over_()) return;
        some |= shift(item);
      }
    }
  }

  const Assignment& assignment() const { return at_; }
  const std::vector<double>& sizes() const { return size_; }

 private:
  double share(std::size_t lane, std::int64_t count) const { return static_cast<double>(count) / need_[lane]; }
  std::int64_t open_price(std::size_t host) const { return p_.open_price.empty() ? 0 : p_.open_price[host]; }
  std::int64_t use_price(std::size_t host, std::size_t lane) const {
    return p_.use_price.empty() ? 0 : p_.use_price[host * lanes_ + lane];
  }

  template <class Before>
  static std::vector<std::size_t> order(std::size_t count, Before&& before) {
    std::vector<std::size_t> out(count);
    std::iota(out.begin(), out.end(), 0);
    std::stable_sort(out.begin(), out.end(), before);
    return out;
  }

  void clear() {
    use_.assign(p_.hosts * lanes_, 0);
    count_.assign(p_.hosts, 0);
    at_.assign(p_.items, 0);
    left_.assign(p_.hosts, 0);
    for (std::size_t at = 0; at < p_.capacity.size(); ++at) left_[at / lanes_] += share(at % lanes_, limit_[at]);
  }
  bool fits(std::size_t item, std::size_t host, const std::vector<std::int64_t>& limit) const {
    for (std::size_t l = 0; l < lanes_; ++l)
      if (use_[host * lanes_ + l] + p_.need[item * lanes_ + l] > limit[host * lanes_ + l]) return false;
    return true;
  }
  void put(std::size_t item, std::size_t host, int sign) {
    for (std::size_t l = 0; l < lanes_; ++l) use_[host * lanes_ + l] += sign * p_.need[item * lanes_ + l];
    left_[host] -= sign * size_[item];
    count_[host] += sign;
    at_[item] = static_cast<std::int32_t>(host);
  }
  // What the host costs with the item on it more than without; the item is not counted in use_.
  std::int64_t cost_with(std::size_t item, std::size_t host) const {
    std::int64_t cost = count_[host] == 0 ? open_price(host) : 0;
    if (static_cast<std::size_t>(p_.home[item]) != host) cost += p_.away_price[item];
    for (std::size_t l = 0; l < lanes_; ++l) {
      const std::int64_t need = p_.need[item * lanes_ + l], over = use_[host * lanes_ + l] - p_.safe[host * lanes_ + l];
      const std::int64_t above = std::max<std::int64_t>(0, over + need) - std::max<std::int64_t>(0, over);
      cost += use_price(host, l) * need + p_.lanes[l].weight * above;
    }
    return cost;
  }
  bool shift(std::size_t item) {
    const auto from = static_cast<std::size_t>(at_[item]);
    put(item, from, -1);
    std::size_t best = from;
    std::int64_t least = cost_with(item, from);
    for (std::size_t host = 0; host < p_.hosts; ++host) {
      if (host == from || !fits(item, host, p_.capacity)) continue;
      if (const std::int64_t cost = cost_with(item, host); cost < least) least = cost, best = host;
    }
    put(item, best, 1);
    return best != from;
  }

  const Problem& p_;
  const std::function<bool()>& over_;
  std::size_t lanes_;
  std::vector<double> need_;           // lanes: of all items together
  std::vector<double> size_;           // items: the sum of their shares of that
  std::vector<double> price_, left_;   // hosts: price of a unit of room; room left
  std::vector<std::int64_t> limit_;    // hosts x lanes: what is packed up to, safe where use above it costs
  std::vector<std::int64_t> use_;
  std::vector<int> count_;
  Assignment at_;
};

}  // namespace

BestFit best_fit(const Problem& problem, std::uint64_t seed, const std::function<bool()>& over) {
  BestFit best{problem.home, cost_of(problem, problem.home).total(), 0, 0};
  Packer packer(problem, over);
  Stream chance(seed, 0, 0);
  std::vector<double> sizes = packer.sizes();
  for (; !over(); ++best.rounds) {
    if (packer.pack(sizes)) {
      packer.shift_down();
      const std::int64_t cost = cost_of(problem, packer.assignment()).total();
      if (cost < best.cost) best.cost = cost, best.assignment = packer.assignment();
    }
    if (best.rounds == 0) best.first_cost = best.cost;
    for (std::size_t i = 0; i < sizes.size(); ++i)
      sizes[i] = packer.sizes()[i] * (0.9 + 0.2 * static_cast<double>(chance.next() >> 11) * 0x1p-53);
  }
  return best;
}

}  // namespace headroom::placement_testing
