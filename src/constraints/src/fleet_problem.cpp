#include "headroom/constraints/fleet_problem.h"

#include <fmt/format.h>

#include "kind.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

Result<void> has_the_snapshots_shape(const Snapshot& s, const placement::Problem& p) {
  if (p.items != s.vms.size() || p.hosts != s.hosts.size())
    return invalid(fmt::format("the problem has {} items and {} hosts where the fleet has {} VMs and {} hosts", p.items,
                               p.hosts, s.vms.size(), s.hosts.size()));
  const auto shape = [](const char* table, std::size_t have, std::size_t want) -> Result<void> {
    if (have == want) return {};
    return invalid(fmt::format("{} has {} entries where {} are needed", table, have, want));
  };
  const std::size_t lanes = p.lanes.size(), risks = p.risks.size();
  Result<void> good = shape("need", p.need.size(), p.items * lanes);
  if (good) good = shape("capacity", p.capacity.size(), p.hosts * lanes);
  if (good) good = shape("safe", p.safe.size(), p.hosts * lanes);
  if (good && !p.use_price.empty()) good = shape("use_price", p.use_price.size(), p.hosts * lanes);
  if (good) good = shape("away_price", p.away_price.size(), p.items);
  if (good) good = shape("risk_capacity", p.risk_capacity.size(), p.hosts * risks);
  if (good) good = shape("risk_mean", p.risk_mean.size(), p.items * risks);
  if (good) good = shape("risk_variance", p.risk_variance.size(), p.items * risks);
  if (good) good = shape("risk_deviation", p.risk_deviation.size(), p.items * risks);
  if (good && !p.risk_most.empty()) good = shape("risk_most", p.risk_most.size(), p.items * risks);
  return good;
}

Result<void> leaves_the_rest_open(const placement::Problem& p) {
  const auto filled = [](const char* table) {
    return invalid(fmt::format("{} is filled in; it follows from the snapshot and its constraints", table));
  };
  if (!p.location.empty()) return filled("location");
  if (!p.neighbourhood.empty()) return filled("neighbourhood");
  if (!p.home.empty()) return filled("home");
  if (!p.within.empty() || !p.host_sets.empty() || !p.wishes.empty()) return filled("host_sets");
  if (!p.relations.empty()) return filled("relations");
  if (!p.groups.empty() || !p.group.empty()) return filled("groups");
  return {};
}

bool left_alone(const Vm& vm) { return vm.action_in_flight || !vm.owner.empty() || vm.level == AutomationLevel::kObserve; }

}  // namespace

std::vector<std::int32_t> FleetProblem::hosts_of_vms(const placement::Assignment& answer) const {
  std::vector<std::int32_t> hosts;
  hosts.reserve(item_of.size());
  for (std::int32_t item : item_of) hosts.push_back(answer[static_cast<std::size_t>(item)]);
  return hosts;
}

std::vector<FleetMove> FleetProblem::moves(const placement::Assignment& answer) const {
  std::vector<FleetMove> all;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (answer[i] == problem.home[i]) continue;
    for (std::size_t v : members[i])
      all.push_back({v, static_cast<std::size_t>(problem.home[i]), static_cast<std::size_t>(answer[i])});
  }
  return all;
}

Result<FleetProblem> make_fleet_problem(const Snapshot& snapshot, placement::Problem per_vm, const FleetPrices& prices) {
  if (auto good = has_the_snapshots_shape(snapshot, per_vm); !good) return tl::unexpected(good.error());
  if (auto good = leaves_the_rest_open(per_vm); !good) return tl::unexpected(good.error());
  const Fleet fleet(snapshot);
  const std::vector<Bound> bounds = bind(fleet);
  Writer writer(fleet, units_of(fleet, bounds), std::move(per_vm), prices);
  for (const Bound& b : bounds) kind_of(b.constraint.kind).write(b, fleet, writer);
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    if (left_alone(fleet.vm(v))) writer.fix(v);
  return std::move(writer).finish();
}

}  // namespace headroom::constraints
