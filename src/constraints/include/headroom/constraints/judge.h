// An independent judge of placements: which constraints are broken now, and which a plan would break. It goes by who is
// where alone and shares no code with what writes constraints into placement problems (fleet_problem.h).
//
//   const Judge judge(snapshot);
//   for (const Breach& b : judge.added(plan)) ...   // empty: the plan breaks nothing hard that was whole
//
// A migration counts on both hosts until it is done: two that have to be apart may not meet on the way either, and devices
// and counts of VMs must do for both.
//
// Threads: const; the snapshot must outlive it. Cost: O(VMs + members of all constraints) a question.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom::constraints {

struct Breach {
  std::string constraint;              // its name; of what hosts and VMs say of themselves: that of the kind
  ConstraintKind kind = ConstraintKind::kTogether;
  std::optional<double> usd_per_hour;  // of a soft one, for each unit of `amount`
  double amount = 0;  // how badly: in members that would have to go elsewhere, or as docs/constraints.md says
  std::string text;                    // one sentence
  // Tells breaches apart: the constraint's number, and what it is broken about.
  std::size_t number = 0, subject = 0, where = 0;

  bool hard() const { return !usd_per_hour; }
};

class Judge {
 public:
  explicit Judge(const Snapshot& snapshot);
  Judge(Judge&&) noexcept;
  ~Judge();

  // As things are, what is under way counted as done.
  std::vector<Breach> now() const;
  // Once this has been carried out as well, in whatever order.
  std::vector<Breach> after(const Plan& plan) const;
  // Those of after() that are hard and not there now, or not as badly.
  std::vector<Breach> added(const Plan& plan) const;
  // With every VM on the host given for it (indices into Snapshot::vms and hosts) and nobody on the way but who is so now:
  // for whoever asks about an answer of the placement engine rather than about a plan.
  std::vector<Breach> settled(const std::vector<std::int32_t>& host_of_vm) const;
  std::vector<Breach> added(const std::vector<std::int32_t>& host_of_vm) const;

 private:
  struct Inside;
  std::unique_ptr<const Inside> inside_;
};

// What operators wrote that means nothing on this fleet, or cannot hold on it, one sentence each: no VM or no host matches,
// or VMs have to be both together and apart.
std::vector<std::string> mismatches(const Snapshot& snapshot);

// Hosts whose VMs are to leave: those that accept none, and those that a constraint has in maintenance. Ascending.
std::vector<HostId> to_be_left(const Snapshot& snapshot);

}  // namespace headroom::constraints
