#include "headroom/placement_testing/wants.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "chance.h"

namespace headroom::placement_testing {
namespace {

using placement::HostSet;
using placement::Problem;
using placement::Relation;

class Wanter : Chance {
 public:
  Wanter(Problem& problem, const Wants& wants) : Chance(wants.seed, 4711, problem.items), p_(problem), w_(wants) {}

  void add() {
    if (w_.broken) shuffle();
    add_sets();
    for (std::size_t r = 0; r < w_.relations; ++r) add_relation(r);
    for (std::size_t k = 0; k < w_.risks; ++k) p_.risks.push_back(placement::risk_of(1.0 + static_cast<double>(k), 0.1));
    if (w_.risks > 1) p_.risks.back().weight = 3;
    add_risks();
  }

 private:
  std::int32_t home(std::int32_t item) const { return p_.home[static_cast<std::size_t>(item)]; }

  void shuffle() {
    p_.breach_price = 1000;
    for (placement::Group& group : p_.groups) group.near.clear();
    for (std::int32_t& home : p_.home)
      if (unit() < 0.2) home = below(p_.hosts);
    for (std::int64_t& capacity : p_.capacity) capacity += capacity / 10 * below(5);  // or nothing would have room anywhere
  }

  void add_sets() {
    for (std::size_t s = 0; s < w_.sets; ++s) {
      const double share = 0.2 + 0.7 * unit();
      HostSet set((p_.hosts + 63) / 64, 0);
      for (std::size_t h = 0; h < p_.hosts; ++h)
        if (unit() < share || h == s % p_.hosts) set[h / 64] |= 1ULL << (h % 64);
      p_.host_sets.push_back(std::move(set));
    }
    if (w_.sets == 0) return;
    p_.within.assign(p_.items, placement::kAnywhere);
    for (std::size_t i = 0; i < p_.items; ++i) {
      const std::int32_t set = below(w_.sets);
      const auto home = static_cast<std::size_t>(p_.home[i]);
      const bool in = (p_.host_sets[static_cast<std::size_t>(set)][home / 64] >> (home % 64) & 1) != 0;
      if (unit() < w_.bound && (in || w_.broken)) p_.within[i] = set;
    }
    for (std::size_t wish = 0; wish < w_.wishes; ++wish) p_.wishes.push_back({below(p_.items), below(w_.sets), 1 + below(500)});
  }

  std::int32_t place(Relation::Scope scope, std::int32_t host) const {
    const auto h = static_cast<std::size_t>(host);
    return scope == Relation::Scope::kHost ? host : scope == Relation::Scope::kLocation ? p_.location[h] : p_.neighbourhood[h];
  }

  // Of two to six items; a hard one that has to hold takes only items that fit in with those it has.
  void add_relation(std::size_t number) {
    Relation relation;
    relation.kind = static_cast<Relation::Kind>(number % 3);
    relation.scope = static_cast<Relation::Scope>(number / 3 % 3);
    relation.price = number / 9 % 2 == 0 ? 0 : 1 + below(2000);
    const bool has_to_hold = relation.price == 0 && !w_.broken;
    const auto want = 2 + static_cast<std::size_t>(below(5));
    std::set<std::int32_t> places;
    for (int draw = 0; draw < 400 && relation.members.size() < want; ++draw) {
      const std::int32_t item = below(p_.items), at = place(relation.scope, home(item));
      if (std::find(relation.members.begin(), relation.members.end(), item) != relation.members.end()) continue;
      if (has_to_hold && relation.kind == Relation::Kind::kApart && places.contains(at)) continue;
      if (has_to_hold && relation.kind == Relation::Kind::kClose && !places.empty() && !places.contains(at)) continue;
      places.insert(at);
      relation.members.push_back(item);
    }
    relation.least = static_cast<std::int32_t>(has_to_hold ? places.size() : want);
    p_.relations.push_back(std::move(relation));
  }

  void add_risks() {
    const std::size_t risks = w_.risks;
    std::vector<double> mean(p_.hosts * risks, 0), variance(mean), deviation(mean);
    for (std::size_t i = 0; i < p_.items; ++i)
      for (std::size_t k = 0; k < risks; ++k) {
        const std::int64_t m = 100 + below(2000), d = below(1 + static_cast<std::size_t>(m));
        p_.risk_mean.push_back(m);
        p_.risk_deviation.push_back(d);
        p_.risk_variance.push_back(d * d);
        const std::size_t at = static_cast<std::size_t>(p_.home[i]) * risks + k;
        mean[at] += static_cast<double>(m);
        variance[at] += static_cast<double>(d * d);
        deviation[at] += static_cast<double>(d);
      }
    for (std::size_t at = 0; at < mean.size(); ++at) {
      const placement::Risk& risk = p_.risks[at % risks];
      const double spread = static_cast<double>(risk.own) * variance[at] + static_cast<double>(risk.shared) * deviation[at] * deviation[at];
      const double need = mean[at] + std::sqrt(std::ldexp(spread, -placement::kRiskShift)) + 1;
      const double least = w_.broken || risk.weight != 0 ? 0.8 : 1.0;
      p_.risk_capacity.push_back(static_cast<std::int64_t>(need * (least + 0.6 * unit())));
    }
  }

  Problem& p_;
  const Wants& w_;
};

}  // namespace

void add_wants(Problem& problem, const Wants& wants) { Wanter(problem, wants).add(); }

}  // namespace headroom::placement_testing
