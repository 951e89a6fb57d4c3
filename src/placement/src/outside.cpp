#include "headroom/placement/outside.h"

#include <algorithm>
#include <map>

#include "magnitude.h"

namespace headroom::placement {
namespace {

// Where new items wait: as many hosts as it takes for their rooms to be counted, and for nobody to share one who may not.
class Waiting {
 public:
  explicit Waiting(Problem& p) : p_(p), real_(p.hosts), next_(p.groups.size() + p.relations.size(), 0), apart_(p.items) {
    for (std::size_t i = 0; i < p.items; ++i) {
      if (p.group[i] == kNoGroup) continue;
      const auto g = static_cast<std::size_t>(p.group[i]);
      if (p.groups[g].apart || p.groups[g].least_locations > 1) apart_[i].push_back(g);
    }
    for (std::size_t r = 0; r < p.relations.size(); ++r)
      if (p.relations[r].kind != Relation::Kind::kClose)
        for (std::int32_t item : p.relations[r].members) apart_[static_cast<std::size_t>(item)].push_back(p.groups.size() + r);
  }

  void admit(std::size_t item) {
    std::size_t at = 0;
    for (std::size_t what : apart_[item]) at = std::max(at, next_[what]);
    while (at < rooms_.size() && !has_room(at, item)) ++at;
    while (at >= rooms_.size()) rooms_.emplace_back(p_.lanes.size(), 0);
    for (std::size_t l = 0; l < p_.lanes.size(); ++l) rooms_[at][l] += need(item, l);
    for (std::size_t what : apart_[item]) next_[what] = at + 1;
    p_.home[item] = static_cast<std::int32_t>(real_ + at);
  }

  void add_hosts(const std::vector<std::int64_t>& unmet_price) {
    p_.hosts += rooms_.size();
    p_.use_price.resize(real_ * p_.lanes.size(), 0);
    if (!p_.open_price.empty()) p_.open_price.resize(p_.hosts, 0);
    p_.risk_capacity.resize(p_.hosts * p_.risks.size(), kMostCount);
    for (const std::vector<std::int64_t>& room : rooms_) {
      p_.capacity.insert(p_.capacity.end(), room.begin(), room.end());
      p_.safe.insert(p_.safe.end(), room.begin(), room.end());
      p_.use_price.insert(p_.use_price.end(), unmet_price.begin(), unmet_price.end());
      p_.location.push_back(1 + *std::max_element(p_.location.begin(), p_.location.end()));
      p_.neighbourhood.push_back(1 + *std::max_element(p_.neighbourhood.begin(), p_.neighbourhood.end()));
    }
    if (!p_.distance.empty()) widen();
    fence();
  }

 private:
  std::int64_t need(std::size_t item, std::size_t lane) const { return p_.need[item * p_.lanes.size() + lane]; }
  bool has_room(std::size_t at, std::size_t item) const {
    for (std::size_t l = 0; l < p_.lanes.size(); ++l)
      if (rooms_[at][l] + need(item, l) > kMostHeld) return false;
    return true;
  }
  void widen() {
    std::vector<std::int32_t> all(p_.hosts * p_.hosts, 0);
    for (std::size_t from = 0; from < real_; ++from)
      for (std::size_t to = 0; to < real_; ++to) all[from * p_.hosts + to] = p_.distance[from * real_ + to];
    p_.distance = std::move(all);
  }
  // Everybody stays on real hosts, or where he waits.
  void fence() {
    const std::size_t words = (p_.hosts + 63) / 64;
    for (HostSet& set : p_.host_sets) set.resize(words, 0);
    HostSet real(words, 0);
    for (std::size_t h = 0; h < real_; ++h) real[h / 64] |= 1ULL << (h % 64);
    if (p_.within.empty()) p_.within.assign(p_.items, kAnywhere);
    std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> known;  // set, and host outside or kNowhere -> set
    for (std::size_t i = 0; i < p_.items; ++i) {
      const std::int32_t set = p_.within[i];
      const std::int32_t waits = static_cast<std::size_t>(p_.home[i]) < real_ ? kNowhere : p_.home[i];
      if (set != kAnywhere && waits == kNowhere) continue;
      const auto [at, fresh] = known.emplace(std::pair(set, waits), static_cast<std::int32_t>(p_.host_sets.size()));
      if (fresh) {
        p_.host_sets.push_back(set == kAnywhere ? real : HostSet(p_.host_sets[static_cast<std::size_t>(set)]));
        if (waits != kNowhere) p_.host_sets.back()[static_cast<std::size_t>(waits) / 64] |= 1ULL << (waits % 64);
      }
      p_.within[i] = at->second;
    }
  }

  Problem& p_;
  std::size_t real_;
  std::vector<std::size_t> next_;                 // of a group or relation: the first host outside behind those with one of it
  std::vector<std::vector<std::size_t>> apart_;   // of items: groups and relations that do not share a host
  std::vector<std::vector<std::int64_t>> rooms_;  // hosts outside x lanes
};

}  // namespace

Result<std::int32_t> add_outside(Problem& problem, const std::vector<std::int64_t>& unmet_price) {
  if (!problem.balances.empty())
    return invalid("balances price the room of real hosts; a problem with them can have no hosts outside");
  const auto first = static_cast<std::int32_t>(problem.hosts);
  if (std::find(problem.home.begin(), problem.home.end(), kNowhere) == problem.home.end()) return first;
  Waiting waiting(problem);
  for (std::size_t i = 0; i < problem.items; ++i)
    if (problem.home[i] == kNowhere) waiting.admit(i);
  waiting.add_hosts(unmet_price);
  return first;
}

std::vector<std::int32_t> left_outside(const Assignment& assignment, std::int32_t outside) {
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < assignment.size(); ++i)
    if (assignment[i] >= outside) out.push_back(static_cast<std::int32_t>(i));
  return out;
}

}  // namespace headroom::placement
