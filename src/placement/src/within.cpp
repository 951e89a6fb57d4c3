#include "within.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace headroom::placement {

Within::Within(const Problem& p) : words_((p.hosts + 63) / 64), breach_price_(p.breach_price), set_(p.within), home_(p.home), wishes_(p.wishes) {
  constexpr std::size_t kFew = 4;  // a fourth of the hosts at most
  few_first_.push_back(0);
  for (const HostSet& set : p.host_sets) {
    bits_.insert(bits_.end(), set.begin(), set.end());
    std::size_t count = 0;
    for (std::uint64_t word : set) count += static_cast<std::size_t>(std::popcount(word));
    for (std::size_t h = 0; count * kFew <= p.hosts && h < p.hosts; ++h)
      if ((set[h / 64] >> (h % 64) & 1) != 0) few_.push_back(static_cast<std::int32_t>(h));
    few_first_.push_back(few_.size());
  }
  if (wishes_.empty() && (set_.empty() || breach_price_ == 0)) return;
  std::stable_sort(wishes_.begin(), wishes_.end(), [](const Wish& a, const Wish& b) { return a.item < b.item; });
  first_.assign(p.items + 1, 0);
  for (const Wish& wish : wishes_) ++first_[static_cast<std::size_t>(wish.item) + 1];
  for (std::size_t i = 0; i < p.items; ++i) first_[i + 1] += first_[i];
}

namespace {

bool outside(const Problem& p, std::int32_t set, std::int32_t host) {
  return (p.host_sets[static_cast<std::size_t>(set)][static_cast<std::size_t>(host / 64)] & 1ULL << (host % 64)) == 0;
}

bool out_of_its_set(const Problem& p, std::size_t item, std::int32_t host) {
  return !p.within.empty() && p.within[item] != kAnywhere && outside(p, p.within[item], host);
}

}  // namespace

void check_within(const Problem& p, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches) {
  for (std::size_t i = 0; i < p.items; ++i) {
    if (!out_of_its_set(p, i, assignment[i]) || (allowance == Allowance::kOfStart && assignment[i] == p.home[i])) continue;
    breaches.push_back(fmt::format("item {} is on host {}, which is not in its host set {}", i, assignment[i], p.within[i]));
  }
}

std::int64_t outside_cost(const Problem& p, const Assignment& assignment) {
  std::int64_t cost = 0;
  for (const Wish& wish : p.wishes)
    if (outside(p, wish.set, assignment[static_cast<std::size_t>(wish.item)])) cost += wish.price;
  return cost;
}

std::int64_t outside_breach_cost(const Problem& p, const Assignment& assignment) {
  std::int64_t cost = 0;
  for (std::size_t i = 0; i < p.items; ++i)
    if (out_of_its_set(p, i, assignment[i])) cost += p.breach_price;
  return cost;
}

}  // namespace headroom::placement
