#include "balance.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headroom {
namespace {

constexpr double kImbalanceLimit = 0.3;
constexpr int kImbalanceRounds = 3;
constexpr double kWorthwhile = 0.10;
constexpr std::size_t kRegressionPoints = 10;
constexpr double kSafety = 1.2;

// Load of each host that is on: the mean of its CPU and memory use, as shares.
std::vector<double> loads(const Snapshot& s) {
  std::vector<double> cpu(s.hosts.size(), 0), memory(s.hosts.size(), 0);
  for (const Vm& vm : s.vms) {
    const auto h = static_cast<std::size_t>(s.find(vm.host) - s.hosts.data());
    cpu[h] += vm.used[index(Resource::kCpu)];
    memory[h] += vm.used[index(Resource::kMemory)];
  }
  std::vector<double> load;
  for (std::size_t h = 0; h < s.hosts.size(); ++h) {
    const Resources room = s.hosts[h].deliverable();
    load.push_back(s.hosts[h].power != PowerState::kOn
                       ? -1
                       : (cpu[h] / static_cast<double>(std::max<std::int64_t>(1, room.cpu().count())) +
                          memory[h] / static_cast<double>(std::max<std::int64_t>(1, room.memory().count()))) /
                             2);
  }
  return load;
}

double imbalance(const std::vector<double>& load) {
  double n = 0, sum = 0, squares = 0;
  for (double x : load)
    if (x >= 0) n += 1, sum += x, squares += x * x;
  if (n < 2 || sum <= 0) return 0;
  const double mean = sum / n;
  return std::sqrt(std::max(0.0, squares / n - mean * mean)) / mean;
}

double share_on(const Draft& d, std::size_t vm, std::size_t host) {
  const Resources room = d.host(host).deliverable();
  return (d.vm(vm).used[index(Resource::kCpu)] / static_cast<double>(std::max<std::int64_t>(1, room.cpu().count())) +
          d.vm(vm).used[index(Resource::kMemory)] / static_cast<double>(std::max<std::int64_t>(1, room.memory().count()))) /
         2;
}

// Least squares on the last points, weighted by the tricube of their distance (Cleveland 1979): the load one step on.
double regress_next(const std::vector<float>& recent) {
  const std::size_t n = std::min(recent.size(), kRegressionPoints);
  if (n < kRegressionPoints) return recent.empty() ? 0 : static_cast<double>(recent.back());
  double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(i), y = static_cast<double>(recent[recent.size() - n + i]);
    const double u = (static_cast<double>(n) - 1 - x) / static_cast<double>(n);
    const double weight = std::pow(1 - u * u * u, 3);
    w += weight, wx += weight * x, wy += weight * y, wxx += weight * x * x, wxy += weight * x * y;
  }
  const double slope = (w * wxy - wx * wy) / std::max(1e-12, w * wxx - wx * wx);
  const double intercept = (wy - slope * wx) / w;
  return intercept + slope * static_cast<double>(n);
}

Reason balance_reason(const Draft& d, ReasonCode code) {
  Reason why;
  why.code = code;
  why.rule = d.policy().name;
  why.resource = Resource::kCpu;
  return why;
}

}  // namespace

bool out_of_balance(const Snapshot& s) { return imbalance(loads(s)) > kImbalanceLimit; }

void pve_crs(Draft& d, Placement& p) {
  if (!d.policy().hosts.may_migrate || d.snapshot().memory.imbalanced_rounds < kImbalanceRounds) return;
  const std::vector<double> load = loads(d.snapshot());
  const double before = imbalance(load);
  double best = before * (1 - kWorthwhile);
  std::optional<std::pair<std::size_t, std::size_t>> move;
  for (std::size_t i = 0; i < d.vm_count(); ++i) {
    if (!p.movable(i)) continue;
    for (std::size_t h = 0; h < d.host_count(); ++h) {
      if (h == d.host_of(i) || !d.open(h) || !p.has_room(i, h, d.vm(i).allocation)) continue;
      std::vector<double> after = load;
      after[d.host_of(i)] -= share_on(d, i, d.host_of(i));
      after[h] += share_on(d, i, h);
      const double then = imbalance(after);
      if (then < best) best = then, move = {i, h};
    }
  }
  if (move) p.move(move->first, move->second, d.vm(move->first).allocation, balance_reason(d, ReasonCode::kImbalance));
}

void lr_mmt(Draft& d, Placement& p) {
  if (!d.policy().hosts.may_migrate) return;
  for (std::size_t h = 0; h < d.host_count(); ++h) {
    if (d.host(h).power != PowerState::kOn) continue;
    const double capacity = static_cast<double>(d.host(h).deliverable().cpu().count());
    double predicted = regress_next(d.host(h).recent_cpu) * kSafety;
    std::vector<std::size_t> leaving = d.residents(h);
    std::stable_sort(leaving.begin(), leaving.end(),
                     [&](std::size_t a, std::size_t b) { return d.vm(a).used[1] < d.vm(b).used[1]; });
    for (std::size_t i : leaving) {
      if (predicted < capacity) break;
      if (!p.movable(i)) continue;
      const auto to = p.cheapest(i, d.vm(i).allocation);
      if (!to) continue;
      predicted -= d.vm(i).used[index(Resource::kCpu)] * kSafety;
      p.move(i, *to, d.vm(i).allocation, balance_reason(d, ReasonCode::kHostOverload));
    }
  }
}

}  // namespace headroom
