#include "writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace headroom::constraints {
namespace {

constexpr std::size_t kBits = 64;

void put(placement::HostSet& set, std::size_t host) { set[host / kBits] |= std::uint64_t{1} << (host % kBits); }
bool is_empty(const placement::HostSet& set) {
  return std::all_of(set.begin(), set.end(), [](std::uint64_t word) { return word == 0; });
}

placement::Relation::Scope engine_scope(Scope scope) {
  switch (scope) {
    case Scope::kHost: return placement::Relation::Scope::kHost;
    case Scope::kRack: return placement::Relation::Scope::kLocation;
    case Scope::kZone: return placement::Relation::Scope::kNeighbourhood;
  }
  return {};
}

}  // namespace

Writer::Writer(const Fleet& fleet, std::vector<std::size_t> unit_of, placement::Problem per_vm, const FleetPrices& prices)
    : fleet_(fleet),
      unit_of_(std::move(unit_of)),
      given_(std::move(per_vm)),
      prices_(prices),
      only_(fleet.vms(), placement::kAnywhere),
      fixed_(fleet.vms(), 0) {}

placement::HostSet Writer::set_of(const std::vector<std::size_t>& hosts) const {
  placement::HostSet set((fleet_.hosts() + kBits - 1) / kBits, 0);
  for (std::size_t h : hosts) put(set, h);
  return set;
}

placement::HostSet Writer::all_but(const std::vector<std::size_t>& hosts) const {
  std::vector<std::size_t> others;
  for (std::size_t h = 0, next = 0; h < fleet_.hosts(); ++h) {
    if (next < hosts.size() && hosts[next] == h) ++next;  // they ascend
    else others.push_back(h);
  }
  return set_of(others);
}

// Many VMs share few sets: each is kept once, and each pair is intersected once.
Writer::SetId Writer::intern(const placement::HostSet& set) {
  const auto [it, is_new] = ids_.emplace(set, static_cast<SetId>(sets_.size()));
  if (is_new) sets_.push_back(set);
  return it->second;
}

Writer::SetId Writer::both(SetId a, SetId b) {
  if (a == placement::kAnywhere || a == b) return b;
  if (b == placement::kAnywhere) return a;
  const auto [it, is_new] = intersections_.try_emplace({std::min(a, b), std::max(a, b)}, 0);
  if (!is_new) return it->second;
  placement::HostSet common = sets_[static_cast<std::size_t>(a)];
  for (std::size_t w = 0; w < common.size(); ++w) common[w] &= sets_[static_cast<std::size_t>(b)][w];
  return it->second = intern(common);
}

void Writer::only_on(std::size_t vm, const placement::HostSet& set) { only_[vm] = both(only_[vm], intern(set)); }

void Writer::rather_on(std::size_t vm, const placement::HostSet& set, double usd_per_hour) {
  preferences_.push_back({vm, intern(set), units(usd_per_hour)});
}

void Writer::keep_on(std::size_t vm, const placement::HostSet& set, const std::optional<double>& usd_per_hour) {
  if (usd_per_hour) rather_on(vm, set, *usd_per_hour);
  else only_on(vm, set);
}

void Writer::relate(placement::Relation::Kind kind, Scope scope, const std::vector<std::size_t>& vms, std::int32_t least,
                    const std::optional<double>& usd_per_hour) {
  relations_.push_back({kind, scope, vms, least, usd_per_hour ? units(*usd_per_hour) : 0});
}

bool Writer::has_lane(const std::string& name) const {
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const CountedLane& l) { return l.name == name; });
}

CountedLane& Writer::lane(const std::string& name) {
  for (CountedLane& known : lanes_)
    if (known.name == name) return known;
  const std::vector<std::int64_t> unlimited(fleet_.hosts(), std::numeric_limits<std::int64_t>::max());
  lanes_.push_back({name, 0, std::vector<std::int64_t>(fleet_.vms(), 0), unlimited, unlimited});
  return lanes_.back();
}

std::int64_t Writer::units(double usd_per_hour) const {
  return std::max<std::int64_t>(1, std::llround(usd_per_hour * prices_.units_per_usd));
}

// --- folding VMs into items -------------------------------------------------------------------------------------

void Writer::lay_out_items() {
  out_.item_of.assign(fleet_.vms(), 0);
  for (std::size_t v = 0; v < fleet_.vms(); ++v) {
    if (unit_of_[v] == v) out_.members.emplace_back();
    out_.item_of[v] = unit_of_[v] == v ? static_cast<std::int32_t>(out_.members.size()) - 1 : out_.item_of[unit_of_[v]];
    out_.members[static_cast<std::size_t>(out_.item_of[v])].push_back(v);
  }
}

namespace {

// The rows of an item's members, added up.
std::vector<std::int64_t> folded(const std::vector<std::int64_t>& per_vm, std::size_t width,
                                 const std::vector<std::vector<std::size_t>>& members) {
  if (per_vm.empty()) return {};
  std::vector<std::int64_t> rows(members.size() * width, 0);
  for (std::size_t i = 0; i < members.size(); ++i)
    for (std::size_t v : members[i])
      for (std::size_t c = 0; c < width; ++c) rows[i * width + c] += per_vm[v * width + c];
  return rows;
}

// Two tables side by side.
std::vector<std::int64_t> beside(const std::vector<std::int64_t>& left, std::size_t left_width,
                                 const std::vector<std::int64_t>& right, std::size_t right_width, std::size_t rows) {
  std::vector<std::int64_t> both;
  both.reserve(left.size() + right.size());
  for (std::size_t r = 0; r < rows; ++r) {
    const auto of = [r](const std::vector<std::int64_t>& table, std::size_t width) {
      return table.begin() + static_cast<std::ptrdiff_t>(r * width);
    };
    both.insert(both.end(), of(left, left_width), of(left, left_width) + static_cast<std::ptrdiff_t>(left_width));
    both.insert(both.end(), of(right, right_width), of(right, right_width) + static_cast<std::ptrdiff_t>(right_width));
  }
  return both;
}

}  // namespace

void Writer::write_lanes() {
  placement::Problem& p = out_.problem;
  const std::size_t given = given_.lanes.size(), more = lanes_.size();
  std::vector<std::int64_t> need(fleet_.vms() * more), capacity(fleet_.hosts() * more), safe(fleet_.hosts() * more);
  for (std::size_t l = 0; l < more; ++l) {
    CountedLane& lane = lanes_[l];
    const std::int64_t total = std::accumulate(lane.need.begin(), lane.need.end(), std::int64_t{0});
    for (std::int64_t& c : lane.capacity) c = std::min(c, total);  // more is never used, and would only make sums large
    // Who leaves still holds what it has at the other end.
    for (std::size_t v = 0; v < fleet_.vms(); ++v)
      if (const std::size_t left = fleet_.now().leaves[v]; left != kNowhere)
        lane.capacity[left] = std::max<std::int64_t>(0, lane.capacity[left] - lane.need[v]);
    for (std::size_t v = 0; v < fleet_.vms(); ++v) need[v * more + l] = lane.need[v];
    for (std::size_t h = 0; h < fleet_.hosts(); ++h) {
      capacity[h * more + l] = lane.capacity[h];
      safe[h * more + l] = std::min(lane.safe[h], lane.capacity[h]);
    }
    p.lanes.push_back({.transient = true, .weight = lane.weight});
  }
  p.need = folded(beside(given_.need, given, need, more, fleet_.vms()), given + more, out_.members);
  p.capacity = beside(given_.capacity, given, capacity, more, fleet_.hosts());
  p.safe = beside(given_.safe, given, safe, more, fleet_.hosts());
  if (!given_.use_price.empty())
    p.use_price = beside(given_.use_price, given, std::vector<std::int64_t>(capacity.size(), 0), more, fleet_.hosts());
  p.away_price = folded(given_.away_price, 1, out_.members);
  p.risk_mean = folded(given_.risk_mean, given_.risks.size(), out_.members);
  p.risk_variance = folded(given_.risk_variance, given_.risks.size(), out_.members);
  p.risk_deviation = folded(given_.risk_deviation, given_.risks.size(), out_.members);
  if (!given_.risk_most.empty()) p.risk_most = folded(given_.risk_most, given_.risks.size(), out_.members);
}

Writer::SetId Writer::set_of_unit(std::size_t item) {
  const std::vector<std::size_t>& members = out_.members[item];
  const std::size_t home = fleet_.now().at[members.front()];
  const bool fixed = std::any_of(members.begin(), members.end(), [&](std::size_t v) { return fixed_[v] != 0; });
  if (fixed) return intern(set_of({home}));
  SetId set = placement::kAnywhere;
  for (std::size_t v : members) set = both(set, only_[v]);
  if (set == placement::kAnywhere || !is_empty(sets_[static_cast<std::size_t>(set)])) return set;
  const std::string others = members.size() > 1 ? fmt::format(" and the {} it moves with", members.size() - 1) : "";
  out_.notes.push_back(fmt::format("no host satisfies all constraints of {}{}; it stays on {}",
                                   fleet_.vm(members.front()).name, others, fleet_.host(home).name));
  return intern(set_of({home}));
}

void Writer::write_sets() {
  std::vector<std::size_t> all(fleet_.hosts());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const SetId everywhere = intern(set_of(all));
  placement::Problem& p = out_.problem;
  for (std::size_t i = 0; i < out_.members.size(); ++i) {
    const SetId set = set_of_unit(i);
    p.within.push_back(set == everywhere ? placement::kAnywhere : set);
    p.home.push_back(static_cast<std::int32_t>(fleet_.now().at[out_.members[i].front()]));
  }
}

// Equal wishes of VMs that move as one are one wish at the sum of the prices. What no host can grant would be the same cost
// everywhere.
void Writer::write_wishes() {
  std::map<std::pair<std::int32_t, SetId>, std::int64_t> sums;
  for (const Preference& wish : preferences_)
    if (!is_empty(sets_[static_cast<std::size_t>(wish.set)])) sums[{out_.item_of[wish.vm], wish.set}] += wish.price;
  for (const auto& [who, price] : sums) out_.problem.wishes.push_back({who.first, who.second, price});
}

// Those that somebody is kept in or wants; the others were only on the way to them.
void Writer::number_sets() {
  std::vector<SetId> number(sets_.size(), placement::kAnywhere);
  const auto renumber = [&](SetId& id) {
    if (id == placement::kAnywhere) return;
    SetId& is = number[static_cast<std::size_t>(id)];
    if (is == placement::kAnywhere) {
      is = static_cast<SetId>(out_.problem.host_sets.size());
      out_.problem.host_sets.push_back(sets_[static_cast<std::size_t>(id)]);
    }
    id = is;
  };
  for (SetId& id : out_.problem.within) renumber(id);
  for (placement::Wish& wish : out_.problem.wishes) renumber(wish.set);
}

std::vector<std::int32_t> Writer::items_of(const std::vector<std::size_t>& vms) const {
  std::vector<std::int32_t> items;
  for (std::size_t v : vms) items.push_back(out_.item_of[v]);
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

void Writer::write_relations() {
  for (const Wanted& wanted : relations_) {
    const std::vector<std::int32_t> items = items_of(wanted.vms);
    if (items.size() < 2) continue;  // one item is close, apart and as spread as it can be
    const auto least = std::min(wanted.least, static_cast<std::int32_t>(items.size()));
    out_.problem.relations.push_back({wanted.kind, engine_scope(wanted.scope), items, least, wanted.price});
  }
}

Result<FleetProblem> Writer::finish() && {
  lay_out_items();
  placement::Problem& p = out_.problem;
  p = given_;
  p.items = out_.members.size();
  p.group.assign(p.items, placement::kNoGroup);
  p.breach_price = units(prices_.breach_usd_per_hour);
  for (std::size_t h = 0; h < fleet_.hosts(); ++h) {
    p.location.push_back(static_cast<std::int32_t>(fleet_.place(Scope::kRack, h)));
    p.neighbourhood.push_back(static_cast<std::int32_t>(fleet_.place(Scope::kZone, h)));
  }
  write_lanes();
  write_sets();
  write_wishes();
  write_relations();
  number_sets();
  if (auto good = placement::validate(p); !good) return tl::unexpected(good.error());
  return std::move(out_);
}

}  // namespace headroom::constraints
