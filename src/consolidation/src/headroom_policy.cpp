#include "headroom_policy.h"

#include <algorithm>
#include <map>
#include <optional>

namespace headroom::consolidation {
namespace {

// Arrivals on one host at a time count as one disturbance of it, and better hosts fill first; either counts as much as a
// host's being fuller by this share.
constexpr double kReceiverBonus = 0.05, kBetterKindBonus = 0.1;

enum class Idle { kStaysOff, kMayStart };

// The fullest host with room. One that is off only if it may start and no other will do.
std::optional<std::size_t> fullest_with_room(const Arrangement& hosts, std::uint32_t vm, Idle idle) {
  std::optional<std::size_t> best;
  double best_score = -1;
  for (std::size_t h = 0; h < hosts.size(); ++h) {
    const HostPlan& host = hosts.host(h);
    const bool off = host.vms.empty();
    if (host.gives || (off && idle == Idle::kStaysOff) || !hosts.fits(vm, h)) continue;
    double score = hosts.fullness(h) + (hosts.better_kind(h) ? kBetterKindBonus : 0) + (host.receives ? kReceiverBonus : 0);
    if (off) score -= 1;
    if (score <= best_score) continue;
    best_score = score;
    best = h;
  }
  return best;
}

// Cures first, the cheapest to copy foremost; then the others, who asks for most foremost.
std::vector<std::uint32_t> in_order_of_relief(const Arrangement& hosts, std::size_t h) {
  const double excess_mips = hosts.host(h).asked - hosts.mips(h);
  const auto rank = [&](std::uint32_t vm) {
    const double asks = hosts.forecast().now(vm);
    return asks >= excess_mips ? std::pair(0, hosts.copy_work(vm)) : std::pair(1, -asks);
  };
  std::vector<std::uint32_t> order;
  for (std::uint32_t vm : hosts.host(h).vms)
    if (hosts.forecast().now(vm) > 0) order.push_back(vm);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  return order;
}

// One VM away from the host; false when none can go.
bool give_one(Arrangement& hosts, std::size_t h, std::vector<Move>& moves) {
  const auto order = in_order_of_relief(hosts, h);
  for (Idle idle : {Idle::kStaysOff, Idle::kMayStart})
    for (std::uint32_t vm : order)
      if (const auto to = fullest_with_room(hosts, vm, idle)) {
        hosts.move(vm, h, *to);
        moves.push_back({vm, static_cast<std::uint32_t>(*to)});
        return true;
      }
  return false;
}

void relieve(Arrangement& hosts, std::vector<Move>& moves) {
  for (std::size_t h = 0; h < hosts.size(); ++h)
    while (hosts.host(h).asked > hosts.mips(h) && give_one(hosts, h, moves)) {}
}

// All or nobody.
void empty_host(Arrangement& hosts, std::size_t h, std::vector<Move>& moves) {
  std::map<std::size_t, HostPlan> before{{h, hosts.host(h)}};
  const std::size_t started = moves.size();
  std::vector<std::uint32_t> vms = hosts.host(h).vms;
  std::stable_sort(vms.begin(), vms.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return hosts.size_of(a) > hosts.size_of(b); });
  hosts.host(h).gives = true;
  for (std::uint32_t vm : vms) {
    const auto to = fullest_with_room(hosts, vm, Idle::kStaysOff);
    if (!to) {
      for (auto& [host, plan] : before) hosts.host(host) = std::move(plan);
      moves.resize(started);
      return;
    }
    before.try_emplace(*to, hosts.host(*to));
    hosts.move(vm, h, *to);
    moves.push_back({vm, static_cast<std::uint32_t>(*to)});
  }
}

double copy_work_of_all(const Arrangement& hosts, std::size_t h) {
  double work = 0;
  for (std::uint32_t vm : hosts.host(h).vms) work += hosts.copy_work(vm);
  return work;
}

// Hosts of the worse kind first, then those with little on them that is cheap to copy.
void empty_hosts(Arrangement& hosts, std::vector<Move>& moves) {
  struct Candidate {
    bool better_kind;
    double effort;
    std::size_t host;
    auto operator<=>(const Candidate&) const = default;
  };
  std::vector<Candidate> order;
  for (std::size_t h = 0; h < hosts.size(); ++h) {
    const HostPlan& host = hosts.host(h);
    if (host.vms.empty() || host.gives || host.receives) continue;
    order.push_back({hosts.better_kind(h), copy_work_of_all(hosts, h) * hosts.fullness(h), h});
  }
  std::sort(order.begin(), order.end());
  for (const Candidate& c : order)
    if (!hosts.host(c.host).receives) empty_host(hosts, c.host, moves);
}

}  // namespace

std::vector<Move> HeadroomPolicy::decide(Trial& trial) {
  forecast_.observe(trial.site());
  Arrangement hosts(trial.site(), forecast_);
  std::vector<Move> moves;
  relieve(hosts, moves);
  empty_hosts(hosts, moves);
  return moves;
}

}  // namespace headroom::consolidation
