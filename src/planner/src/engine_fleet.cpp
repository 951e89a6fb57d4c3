#include "engine_fleet.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "headroom/base/check.h"

namespace headroom {
namespace {

constexpr double kUnitsPerUsd = 1e9;
constexpr std::int64_t kMostCount = (1 << 29) - 1;  // the engine's limits
constexpr double kMostPrice = 2e9, kMostOpenPrice = 1e13;
constexpr std::size_t kCpuLane = index(Resource::kCpu);

std::int64_t unit_of(Resource r) {
  switch (r) {
    case Resource::kCpu: return 1;
    case Resource::kMemory: return 1 << 20;
    case Resource::kDisk:
    case Resource::kNetwork: return 1000;
  }
  return 1;
}

std::int64_t rounded_up(Resource r, std::int64_t amount) {
  const std::int64_t unit = unit_of(r);
  return std::clamp<std::int64_t>((amount + unit - 1) / unit, 0, kMostCount);
}

std::int64_t rounded_down(Resource r, std::int64_t amount) { return std::clamp<std::int64_t>(amount / unit_of(r), 0, kMostCount); }

std::int64_t counted(double amount) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(amount)), 0, kMostCount);
}

// Of a millicore.
std::int64_t use_price(const Draft& d, std::size_t h) {
  return static_cast<std::int64_t>(std::min(kMostPrice, std::round(d.costs().per_core(h) * kUnitsPerUsd / 1000)));
}

std::int64_t open_price(const Draft& d, std::size_t h) {
  return static_cast<std::int64_t>(std::min(kMostOpenPrice, std::round(d.costs().opening(h) * kUnitsPerUsd)));
}

// What z leaves that much of a normal distribution above it, by halving.
double z_of(double above) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(middle / std::sqrt(2.0)) > above ? low : high) = middle;
  }
  return std::clamp(high, 0.0, 8.0);
}

const Action* move_in_flight(const Snapshot& s, const Vm& vm) {
  for (const InFlight& f : s.in_flight)
    if (f.action.kind == ActionKind::kMigrate && f.action.vm == vm.id) return &f.action;
  return nullptr;
}

// At the start; placement/problem.h says what a relation's breach is.
bool broken(const placement::Problem& p, const placement::Relation& relation) {
  using Scope = placement::Relation::Scope;
  std::set<std::int32_t> places;
  for (std::int32_t item : relation.members) {
    const std::int32_t host = p.home[static_cast<std::size_t>(item)];
    const auto at = static_cast<std::size_t>(host);
    places.insert(relation.scope == Scope::kHost ? host : relation.scope == Scope::kLocation ? p.location[at] : p.neighbourhood[at]);
  }
  switch (relation.kind) {
    case placement::Relation::Kind::kApart: return places.size() < relation.members.size();
    case placement::Relation::Kind::kClose: return places.size() > 1;
    case placement::Relation::Kind::kSpread: return places.size() < static_cast<std::size_t>(relation.least);
  }
  return false;
}

// What a destination may be filled to, less what is already on its way there or out of it.
Resources offered(const Draft& d, std::size_t h) {
  Resources offer = d.host(h).admissible();
  for (Resource r : kAllResources)
    offer[r] = static_cast<std::int64_t>(static_cast<double>(offer[r]) * d.policy().hosts.fill_after_move);
  return offer - d.host(h).incoming;
}

}  // namespace

EngineFleet::Own EngineFleet::own(const Resources& allocation, const Load& load) {
  Own own;
  for (Resource r : kAllResources) own.lanes[index(r)] = rounded_up(r, allocation[r]);
  own.cpu = {counted(load.mean), static_cast<std::int64_t>(std::ceil(load.variance)), counted(load.deviation), counted(load.most)};
  return own;
}

std::vector<EngineFleet::Own> EngineFleet::owns_of(const Draft& d, const std::vector<Load>& loads) {
  std::vector<Own> owns;
  for (std::size_t i = 0; i < d.vm_count(); ++i) {
    const Action* moving = d.vm(i).action_in_flight ? move_in_flight(d.snapshot(), d.vm(i)) : nullptr;
    owns.push_back(own(moving != nullptr ? moving->after : d.vm(i).allocation, loads[i]));
  }
  return owns;
}

constraints::FleetProblem EngineFleet::problem_of(const Draft& d, const std::vector<Load>& loads, const std::vector<Own>& owns) {
  placement::Problem p;
  p.hosts = d.host_count();
  p.items = d.vm_count();
  p.lanes.assign(kResourceCount, {true, 0});
  // A destination is to be twice as safe as a host that somebody has to leave.
  p.risks = {placement::risk_of(z_of(d.policy().hosts.overload_confidence / 2), d.policy().hosts.shared_variance)};
  std::vector<Resources> offer;
  std::vector<double> cpu;
  for (std::size_t h = 0; h < p.hosts; ++h) {
    offer.push_back(offered(d, h));
    cpu.push_back(static_cast<double>(d.host(h).deliverable().cpu().count()));
  }
  for (std::size_t i = 0; i < p.items; ++i) {
    const Own& need = owns[i];
    p.need.insert(p.need.end(), need.lanes.begin(), need.lanes.end());
    p.risk_mean.push_back(need.cpu.mean);
    p.risk_variance.push_back(need.cpu.variance);
    p.risk_deviation.push_back(need.cpu.deviation);
    p.risk_most.push_back(need.cpu.most);
    if (!d.vm(i).action_in_flight || move_in_flight(d.snapshot(), d.vm(i)) == nullptr) continue;
    offer[d.host_of(i)] -= d.vm(i).allocation;  // it is counted where it goes, and still runs here
    cpu[d.host_of(i)] -= loads[i].mean;
  }
  for (const InFlight& f : d.snapshot().in_flight)
    if (f.action.kind == ActionKind::kResize)
      for (Resource r : kAllResources)
        offer[d.host_index(f.action.from)][r] -= std::max<std::int64_t>(0, f.action.after[r] - f.action.before[r]);
  for (std::size_t h = 0; h < p.hosts; ++h) {
    for (Resource r : kAllResources) {
      p.capacity.push_back(rounded_down(r, offer[h][r]));
      p.use_price.push_back(index(r) == kCpuLane ? use_price(d, h) : 0);
    }
    if (d.policy().book) p.open_price.push_back(open_price(d, h));
    p.risk_capacity.push_back(counted(std::floor(std::max(0.0, cpu[h]))));
  }
  p.safe = p.capacity;
  p.away_price.assign(p.items, 0);
  auto fleet = constraints::make_fleet_problem(d.snapshot(), std::move(p), {.units_per_usd = kUnitsPerUsd});
  HEADROOM_CHECK(fleet.has_value(), "the planner writes down a fleet as the engine wants it");
  return std::move(*fleet);
}

namespace {

placement::Pool pool_of(const placement::Problem& problem) {
  auto pool = placement::Pool::make(problem, kCpuLane);
  HEADROOM_CHECK(pool.has_value(), "a fleet is a problem that the engine takes");
  return std::move(*pool);
}

}  // namespace

EngineFleet::EngineFleet(const Draft& draft, const std::vector<Load>& loads)
    : own_(owns_of(draft, loads)), fleet_(problem_of(draft, loads, own_)), pool_(pool_of(fleet_.problem)) {}

std::vector<std::size_t> EngineFleet::out_of_place() const {
  const placement::Problem& p = fleet_.problem;
  std::vector<char> out(p.items, 0);
  const auto outside = [&](std::int32_t item, std::int32_t set) {
    const auto host = static_cast<std::size_t>(p.home[static_cast<std::size_t>(item)]);
    return (p.host_sets[static_cast<std::size_t>(set)][host / 64] >> (host % 64) & 1) == 0;
  };
  for (std::size_t i = 0; i < p.within.size(); ++i)
    if (p.within[i] != placement::kAnywhere && outside(static_cast<std::int32_t>(i), p.within[i])) out[i] = 1;
  for (const placement::Wish& wish : p.wishes)
    if (outside(wish.item, wish.set)) out[static_cast<std::size_t>(wish.item)] = 1;
  for (const placement::Relation& relation : p.relations)
    if (broken(p, relation))
      for (std::int32_t item : relation.members) out[static_cast<std::size_t>(item)] = 1;
  std::vector<std::size_t> vms;
  for (std::size_t i = 0; i < p.items; ++i)
    if (out[i] != 0) vms.push_back(fleet_.members[i].front());
  std::sort(vms.begin(), vms.end());
  return vms;
}

const placement::Need& EngineFleet::need(std::size_t vm, const Resources& allocation, const Load& load) {
  const auto at = static_cast<std::size_t>(item(vm));
  const std::size_t lanes = fleet_.problem.lanes.size();
  // Lanes that constraints have added stay as they are.
  lanes_.assign(fleet_.problem.need.begin() + static_cast<std::ptrdiff_t>(at * lanes),
                fleet_.problem.need.begin() + static_cast<std::ptrdiff_t>((at + 1) * lanes));
  std::fill_n(lanes_.begin(), kResourceCount, 0);
  cpu_ = {0, 0, 0, 0};
  for (std::size_t member : unit(vm)) {
    const Own one = member == vm ? own(allocation, load) : own_[member];
    for (std::size_t l = 0; l < kResourceCount; ++l) lanes_[l] += one.lanes[l];
    cpu_.mean += one.cpu.mean;
    cpu_.variance += one.cpu.variance;
    cpu_.deviation += one.cpu.deviation;
    cpu_.most += one.cpu.most;
  }
  need_ = {lanes_, {&cpu_, 1}};
  return need_;
}

void EngineFleet::change(std::size_t vm, const Resources& allocation, const Load& load) {
  own_[vm] = own(allocation, load);
}

}  // namespace headroom
