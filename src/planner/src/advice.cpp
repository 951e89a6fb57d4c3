#include "advice.h"

#include <algorithm>

#include <fmt/format.h>

#include "wishes.h"

namespace headroom {
namespace {

Wish wish_at(const Draft& d, std::size_t i, AutomationLevel level) {
  Wish wish;
  wish.vm = i;
  wish.want = d.vm(i).allocation;
  wish_by_rules(d, i, level, wish);
  return wish;
}

bool recommend_move(Draft& d, Placement& p, const Wish& wish) {
  if (!d.policy().hosts.may_migrate || !p.movable(wish.vm)) return false;
  const auto to = p.cheapest(wish.vm, wish.want);
  if (to) p.move(wish.vm, *to, wish.want, wish.reason, AutomationLevel::kRecommend);
  return to.has_value();
}

void recommend_resize(Draft& d, Placement& p, const Wish& wish) {
  const Resources after = d.part_that_fits(wish.vm, wish.want);
  if (after != d.vm(wish.vm).allocation) p.resize(wish.vm, after, wish.reason, AutomationLevel::kRecommend);
  if (after != wish.want) d.deny(wish.vm, wish.reason, "its host has not all the room");
}

}  // namespace

void advise(Draft& d, Placement& p) {
  const std::vector<Rule>& rules = d.policy().rules;
  if (std::all_of(rules.begin(), rules.end(), [](const Rule& r) { return r.level == AutomationLevel::kAuto; })) return;
  for (std::size_t i = 0; i < d.vm_count(); ++i) {
    if (!d.free_to_act(i) || !d.vm(i).sampled_at) continue;
    const Wish noted = wish_at(d, i, AutomationLevel::kObserve), wish = wish_at(d, i, AutomationLevel::kRecommend);
    if (noted.changes(d.vm(i).allocation))
      d.deny(i, noted.reason, fmt::format("the automation level of the rule '{}' is observe", noted.reason.rule));
    if (!wish.changes(d.vm(i).allocation)) continue;
    if (!wish.by_move || !recommend_move(d, p, wish)) recommend_resize(d, p, wish);
  }
}

}  // namespace headroom
