// One kind of constraint. Each is a file of its own: how it is read, what is wrong with it by itself, its part for the
// solver, and its judge. The last two share nothing but who is meant (Bound), so that one can find the other's mistakes.
//
// To add a kind: its word in model/constraint.h, a file that fills in a Kind, a line in kinds.cpp, a test file, and its
// section in docs/constraints.md.
#pragma once

#include <vector>

#include "fleet.h"
#include "headroom/config/section.h"
#include "headroom/constraints/judge.h"
#include "keys.h"

namespace headroom::constraints {

class Writer;

// A constraint and those of this fleet that it is about.
struct Bound {
  Constraint constraint;
  std::vector<std::size_t> vms;    // ascending
  std::vector<std::size_t> hosts;  // ascending
  bool facts = false;              // each VM's own needs count, not the constraint's
  std::vector<Equipment> needs;    // of each of `vms`, where they come from both (devices)

  const Equipment& needs_of(const Vm& vm) const { return facts ? vm.needs : constraint.needs; }
};

// What a judge found. `amount`: how badly, in members that would have to go elsewhere; `subject` and `where` tell breaches of
// one constraint apart.
struct Finding {
  std::string text;
  double amount = 1;
  std::size_t subject = 0, where = 0;
  bool always_hard = false;  // whatever price the constraint has
};

// Where it puts that.
class Findings {
 public:
  explicit Findings(std::vector<Breach>& into) : into_(into) {}
  void begin(std::size_t number, const Constraint& constraint) {
    number_ = number;
    constraint_ = &constraint;
  }
  void add(Finding f) {
    const auto price = f.always_hard ? std::optional<double>() : constraint_->usd_per_hour;
    into_.push_back({constraint_->name, constraint_->kind, price, f.amount, std::move(f.text), number_, f.subject, f.where});
  }

 private:
  std::vector<Breach>& into_;
  std::size_t number_ = 0;
  const Constraint* constraint_ = nullptr;
};

// What a judge looks at.
struct Scene {
  const Fleet& fleet;
  const std::vector<std::size_t>& unit_of;  // VM -> the first VM of those it moves with
  const Whereabouts& w;
};

struct Kind {
  ConstraintKind kind;
  void (*read)(config::Section& s, Constraint& c);   // its own keys; nullptr: only hosts and VMs say it
  std::string_view count_key;                        // how Constraint::count is called; "": it has none
  Complaint (*fault)(const Constraint& c);
  std::vector<Bound> (*facts)(const Fleet& fleet);   // nullptr: only operators say it
  void (*write)(const Bound& bound, const Fleet& fleet, Writer& writer);
  void (*check)(const Bound& bound, const Scene& scene, Findings& findings);
};

const Kind& kind_of(ConstraintKind kind);

// All constraints of a fleet: the operators', in their order, then what hosts and VMs say of themselves.
std::vector<Bound> bind(const Fleet& fleet);

// What moves as one: VM -> the first VM of its unit. Members of a hard `together` that are on one host now.
std::vector<std::size_t> units_of(const Fleet& fleet, const std::vector<Bound>& bounds);

}  // namespace headroom::constraints
