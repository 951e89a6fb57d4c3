// Where constraints write themselves down as parts of a placement::Problem. They speak of VMs; the writer folds VMs that move
// as one into items at the end. Private.
//
// Threads: one.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fleet.h"
#include "headroom/constraints/fleet_problem.h"

namespace headroom::constraints {

// A lane that constraints count something in: devices of a kind, VMs.
struct CountedLane {
  std::string name;
  std::int64_t weight = 0;             // of a unit above `safe`
  std::vector<std::int64_t> need;      // VMs
  std::vector<std::int64_t> capacity;  // hosts
  std::vector<std::int64_t> safe;      // hosts
};

class Writer {
 public:
  // `unit_of`: VM -> the first VM of those it moves with.
  Writer(const Fleet& fleet, std::vector<std::size_t> unit_of, placement::Problem per_vm, const FleetPrices& prices);

  // What the caller wrote; a constraint may lower what hosts hold.
  placement::Problem& per_vm() { return given_; }
  // A set of hosts as the engine has them.
  placement::HostSet set_of(const std::vector<std::size_t>& hosts) const;
  placement::HostSet all_but(const std::vector<std::size_t>& hosts) const;

  // The VM may only be there.
  void only_on(std::size_t vm, const placement::HostSet& set);
  // It costs that much for it to be elsewhere.
  void rather_on(std::size_t vm, const placement::HostSet& set, double usd_per_hour);
  // One of the two, as the constraint is hard or soft.
  void keep_on(std::size_t vm, const placement::HostSet& set, const std::optional<double>& usd_per_hour);
  // It stays where it is, whatever else is said.
  void fix(std::size_t vm) { fixed_[vm] = 1; }
  void relate(placement::Relation::Kind kind, Scope scope, const std::vector<std::size_t>& vms, std::int32_t least,
              const std::optional<double>& usd_per_hour);
  // The lane of that name; new ones need nothing of anybody and have no limit.
  CountedLane& lane(const std::string& name);
  bool has_lane(const std::string& name) const;
  std::int64_t units(double usd_per_hour) const;  // at least 1
  double drain_usd_per_hour() const { return prices_.drain_usd_per_hour; }

  Result<FleetProblem> finish() &&;

 private:
  using SetId = std::int32_t;
  SetId intern(const placement::HostSet& set);
  SetId both(SetId a, SetId b);
  void lay_out_items();
  void write_lanes();
  void write_sets();
  SetId set_of_unit(std::size_t item);
  void write_wishes();
  void number_sets();
  void write_relations();
  std::vector<std::int32_t> items_of(const std::vector<std::size_t>& vms) const;

  struct Preference {
    std::size_t vm = 0;
    SetId set = 0;
    std::int64_t price = 0;
  };
  struct Wanted {
    placement::Relation::Kind kind;
    Scope scope;
    std::vector<std::size_t> vms;
    std::int32_t least = 0;
    std::int64_t price = 0;
  };

  const Fleet& fleet_;
  std::vector<std::size_t> unit_of_;
  placement::Problem given_;
  FleetPrices prices_;
  FleetProblem out_;
  std::map<placement::HostSet, SetId> ids_;
  std::vector<placement::HostSet> sets_;
  std::map<std::pair<SetId, SetId>, SetId> intersections_;
  std::vector<SetId> only_;  // VM -> set, or kAnywhere
  std::vector<char> fixed_;
  std::vector<Preference> preferences_;
  std::vector<Wanted> relations_;
  std::deque<CountedLane> lanes_;  // a deque: constraints hold on to them
};

}  // namespace headroom::constraints
