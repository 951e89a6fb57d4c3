#include "near.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "group_rows.h"

namespace headroom::placement {
namespace {

void lay_out(const std::vector<std::vector<std::int32_t>>& lists, std::vector<std::int32_t>& all, std::vector<std::size_t>& start) {
  start.push_back(0);
  for (const auto& one : lists) {
    all.insert(all.end(), one.begin(), one.end());
    start.push_back(all.size());
  }
}

}  // namespace

Near::Near(const Problem& p) {
  const DensePlaces places(p.neighbourhood);
  hoods_ = places.count;
  hood_ = places.of_hosts;
  std::vector<bool> concerned(p.groups.size(), false);
  for (std::size_t g = 0; g < p.groups.size(); ++g) {
    if (!p.groups[g].near.empty()) concerned[g] = true;
    for (std::int32_t near : p.groups[g].near) concerned[static_cast<std::size_t>(near)] = true;
  }
  // In one neighbourhood everybody is close, and a group that must be near one without items cannot start.
  if (hoods_ == 1) concerned.assign(p.groups.size(), false);
  const GroupRows rows(p, [&](std::size_t g, std::size_t) { return concerned[g]; });
  row_ = rows.of_items;
  items_.assign(rows.groups.size() * hoods_, 0);
  std::vector<std::vector<std::int32_t>> needs(rows.groups.size()), needed_by(rows.groups.size());
  for (std::size_t r = 0; r < rows.groups.size(); ++r)
    for (std::int32_t near : p.groups[static_cast<std::size_t>(rows.groups[r])].near) {
      const std::int32_t other = rows.of_groups[static_cast<std::size_t>(near)];
      if (static_cast<std::size_t>(other) == r) continue;  // a group is beside itself
      needs[r].push_back(other);
      needed_by[static_cast<std::size_t>(other)].push_back(static_cast<std::int32_t>(r));
    }
  lay_out(needs, needs_, needs_start_);
  lay_out(needed_by, needed_by_, needed_by_start_);
}

bool Near::holds_after(std::int32_t a, std::int32_t b, std::int32_t from, std::int32_t to) const {
  const auto count = [&](std::int32_t row, std::int32_t hood) {
    std::int32_t n = items_[at(row, hood)];
    if (row == a) n += (hood == to) - (hood == from);
    if (row == b) n += (hood == from) - (hood == to);
    return n;
  };
  const auto holds = [&](std::int32_t row, std::int32_t left, std::int32_t joined) {
    if (row < 0) return true;
    for (std::int32_t needed : needs(row))
      if (count(needed, joined) <= 0) return false;
    if (count(row, left) > 0) return true;
    for (std::int32_t other : needed_by(row))
      if (count(other, left) > 0) return false;
    return true;
  };
  return holds(a, from, to) && holds(b, to, from);
}

namespace {

// Group, neighbourhood and the group that is missing there.
std::set<std::array<std::int32_t, 3>> missing(const Problem& p, const Assignment& assignment) {
  std::vector<std::set<std::int32_t>> hoods(p.groups.size());
  for (std::size_t i = 0; i < p.items; ++i)
    if (p.group[i] != kNoGroup)
      hoods[static_cast<std::size_t>(p.group[i])].insert(p.neighbourhood[static_cast<std::size_t>(assignment[i])]);
  std::set<std::array<std::int32_t, 3>> missing;
  for (std::size_t g = 0; g < p.groups.size(); ++g)
    for (std::int32_t near : p.groups[g].near)
      for (std::int32_t hood : hoods[g])
        if (!hoods[static_cast<std::size_t>(near)].contains(hood)) missing.insert({static_cast<std::int32_t>(g), hood, near});
  return missing;
}

}  // namespace

void check_near(const Problem& p, const Assignment& assignment, Allowance allowance, std::vector<std::string>& breaches) {
  const auto excused = allowance == Allowance::kOfStart ? missing(p, p.home) : std::set<std::array<std::int32_t, 3>>{};
  for (const auto& one : missing(p, assignment))
    if (!excused.contains(one))
      breaches.push_back(fmt::format("group {} is in neighbourhood {} without group {}", one[0], one[1], one[2]));
}

}  // namespace headroom::placement
