// N+k: what all VMs of these hosts are forecast to ask still fits when the k largest hosts (racks, zones) are lost.
//
// The solver keeps on every host the share free that the lost ones have of all: with k of n equal hosts lost, every host is
// filled to (n - k) / n at most. That is more than the judge asks, who adds up hosts; but room that is spread takes in what
// falls down, and room in one place may not.
//
// Demand of CPU, disk and network is the quantile of the sum of forecast peaks, as normal with a shared factor:
// mean + z sqrt((1 - rho) sum var + rho (sum sd)^2), never above the sum of allocations. Memory is held by allocation.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "headroom/config/format.h"
#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

constexpr std::int32_t kMostLost = 100;
constexpr double kShared = 0.1;                          // rho, as HostPolicy::shared_variance
constexpr Duration kAhead = std::chrono::minutes(15);  // the horizon looked at

void read(config::Section& s, Constraint& c) {
  read_optional_hosts(s, c);
  read_scope(s, c, {Scope::kHost, Scope::kRack, Scope::kZone}, Scope::kHost);
  read_count(s, c, "lost", 1, kMostLost);
  s.optional("quantile", c.quantile, config::percent(config::inside(0, 1)));
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  if (!(c.quantile > 0 && c.quantile < 1)) return fmt::format("'quantile' is {}; it must be above 0 and below 1", c.quantile);
  return count_outside(c, "lost", 1, kMostLost);
}

// --- for the solver ---

// The share of what these hosts have together that is left when the largest places are lost.
double share_left(const Bound& b, const Fleet& fleet, const std::vector<std::int64_t>& table, std::size_t width,
                  std::size_t column) {
  std::map<std::size_t, double> of_place;
  double all = 0;
  for (std::size_t h : b.hosts) {
    if (fleet.now().on[h] == 0) continue;
    const auto has = static_cast<double>(table[h * width + column]);
    of_place[fleet.place(b.constraint.scope, h)] += has;
    all += has;
  }
  std::vector<double> sizes;
  for (const auto& [place, size] : of_place) sizes.push_back(size);
  std::sort(sizes.rbegin(), sizes.rend());
  const double lost =
      std::accumulate(sizes.begin(), sizes.begin() + std::min<std::ptrdiff_t>(b.constraint.count, std::ssize(sizes)), 0.0);
  return all > 0 ? 1 - lost / all : 1;
}

std::int64_t part(std::int64_t whole, double share) {
  return static_cast<std::int64_t>(std::floor(static_cast<double>(whole) * share + 1e-9));
}

void cut_risks(const Bound& b, const Fleet& fleet, placement::Problem& p) {
  for (std::size_t r = 0; r < p.risks.size(); ++r) {
    const double share = share_left(b, fleet, p.risk_capacity, p.risks.size(), r);
    for (std::size_t h : b.hosts)
      p.risk_capacity[h * p.risks.size() + r] = part(p.risk_capacity[h * p.risks.size() + r], share);
  }
}

// Where some hosts are fuller than their share already and VMs could come from other hosts, the rest may not all be filled to
// theirs: each gets the same part of what it could still take, so that the sum stays within what is left.
void cut_lane(const Bound& b, const Fleet& fleet, placement::Problem& p, std::size_t lane) {
  const std::size_t width = p.lanes.size();
  std::vector<std::int64_t> use(fleet.hosts(), 0);
  for (std::size_t v = 0; v < fleet.vms(); ++v) use[fleet.now().at[v]] += p.need[v * width + lane];
  const double share = share_left(b, fleet, p.capacity, width, lane);
  double left = 0, used = 0, growth = 0;
  for (std::size_t h : b.hosts) {
    const std::int64_t most = part(p.capacity[h * width + lane], share);
    left += static_cast<double>(most);
    used += static_cast<double>(use[h]);
    growth += static_cast<double>(std::max<std::int64_t>(0, most - use[h]));
  }
  const bool strangers = b.hosts.size() < fleet.hosts();
  const double of_growth = strangers && growth > 0 ? std::clamp((left - used) / growth, 0.0, 1.0) : 1;
  for (std::size_t h : b.hosts) {
    std::int64_t& capacity = p.capacity[h * width + lane];
    const std::int64_t most = part(capacity, share);
    capacity = use[h] >= most ? most : use[h] + part(most - use[h], of_growth);
    p.safe[h * width + lane] = std::min(p.safe[h * width + lane], capacity);
  }
}

// A soft reserve is a lane beside each of the caller's: the same need, and what is used above the share costs, so much for
// all that an average host has.
void price(const Bound& b, const Fleet& fleet, Writer& writer) {
  const placement::Problem& p = writer.per_vm();
  const std::size_t width = p.lanes.size();
  for (std::size_t l = 0; l < width; ++l) {
    CountedLane& lane = writer.lane(fmt::format("{} of lane {}", b.constraint.name, l));
    const double share = share_left(b, fleet, p.capacity, width, l);
    double sum = 0;
    for (std::size_t v = 0; v < fleet.vms(); ++v) lane.need[v] = p.need[v * width + l];
    for (std::size_t h : b.hosts) {
      sum += static_cast<double>(p.capacity[h * width + l]);
      lane.safe[h] = part(p.capacity[h * width + l], share);
    }
    const double per_unit = static_cast<double>(writer.units(*b.constraint.usd_per_hour)) *
                            static_cast<double>(b.hosts.size()) / std::max(1.0, sum);
    lane.weight = std::max<std::int64_t>(1, std::llround(per_unit));
  }
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  if (!b.constraint.hard()) return price(b, fleet, writer);
  placement::Problem& p = writer.per_vm();
  for (std::size_t l = 0; l < p.lanes.size(); ++l) cut_lane(b, fleet, p, l);
  cut_risks(b, fleet, p);
}

// --- for the judge ---

double normal_quantile(double p) {
  double low = -9, high = 9;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return low;
}

double demand(const Bound& b, const Scene& scene, const std::vector<char>& counted, Resource r) {
  double mean = 0, variance = 0, deviation = 0, allocated = 0;
  const Horizons& horizons = scene.fleet.snapshot().horizons;
  for (std::size_t v = 0; v < scene.fleet.vms(); ++v) {
    if (counted[scene.w.at[v]] == 0) continue;
    const Vm& vm = scene.fleet.vm(v);
    allocated += static_cast<double>(vm.allocation[r]);
    const auto& outlook = vm.forecast.outlook[index(r)];
    if (horizons.empty() || outlook.size() != horizons.size() || vm.forecast.state == ForecastState::kNone) {
      mean += static_cast<double>(vm.allocation[r]);
      continue;
    }
    const Band& peak = outlook[horizon_index(horizons, kAhead)].peak;
    mean += peak.mean();
    variance += peak.variance();
    deviation += std::sqrt(peak.variance());
  }
  if (r == Resource::kMemory) return allocated;
  const double z = normal_quantile(b.constraint.quantile);
  return std::min(allocated, mean + z * std::sqrt((1 - kShared) * variance + kShared * deviation * deviation));
}

double left_after_losses(const Bound& b, const Scene& scene, const std::vector<char>& counted, Resource r) {
  std::map<std::size_t, double> of_place;
  for (std::size_t h : b.hosts) {
    if (counted[h] == 0) continue;
    const Host& host = scene.fleet.host(h);
    const Resources has = r == Resource::kMemory ? host.admissible() : host.deliverable();
    of_place[scene.fleet.place(b.constraint.scope, h)] += static_cast<double>(has[r]);
  }
  std::vector<double> sizes;
  for (const auto& [place, size] : of_place) sizes.push_back(size);
  std::sort(sizes.begin(), sizes.end());
  const std::size_t lost = std::min<std::size_t>(sizes.size(), static_cast<std::size_t>(b.constraint.count));
  return std::accumulate(sizes.begin(), sizes.end() - static_cast<std::ptrdiff_t>(lost), 0.0);
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  std::vector<char> counted(scene.fleet.hosts(), 0);
  for (std::size_t h : b.hosts) counted[h] = scene.w.on[h];
  for (Resource r : kAllResources) {
    const double wanted = demand(b, scene, counted, r), left = left_after_losses(b, scene, counted, r);
    if (wanted <= left) continue;
    const double average = (left + 1) / static_cast<double>(std::max<std::size_t>(1, b.hosts.size()));
    findings.add({.text = fmt::format("'{}': with {} {}{} lost, {} of {} would be left for {}", b.constraint.name,
                                      b.constraint.count, name(b.constraint.scope), b.constraint.count == 1 ? "" : "s",
                                      to_text(r, left), name(r), to_text(r, wanted)),
                  .amount = (wanted - left) / average,
                  .subject = index(r)});
  }
}

}  // namespace

const Kind kReserve{ConstraintKind::kReserve, read, "lost", fault, nullptr, write, check};

}  // namespace headroom::constraints
