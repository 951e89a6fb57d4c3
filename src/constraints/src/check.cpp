// What a constraints file can say that makes no sense whatever fleet it meets. The first sentence, in the order of the
// constraints, is the error. A check of two constraints names both with their lines; only hard ones contradict each other,
// since of soft ones the cheaper breach is what was asked for.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "glob.h"
#include "headroom/config/nearest.h"
#include "headroom/constraints/file.h"
#include "kind.h"

namespace headroom::constraints {
namespace {

std::string named(const Constraint& c) {
  const std::string name = config::in_quotes(c.name);
  return c.line > 0 ? fmt::format("{} (line {})", name, c.line) : name;
}
std::string both(const Constraint& a, const Constraint& b) {
  return fmt::format("constraints {} and {}", named(a), named(b));
}

// --- one constraint ---------------------------------------------------------------------------------------------

Complaint check_one(const Constraint& c) {
  if (c.name.empty()) return "its name is empty";
  if (c.usd_per_hour && !(*c.usd_per_hour > 0 && std::isfinite(*c.usd_per_hour)))
    return fmt::format("price {} USD/h must be above 0; remove the constraint if it is worth nothing", *c.usd_per_hour);
  return kind_of(c.kind).fault(c);
}

// --- who is meant -----------------------------------------------------------------------------------------------

// Whoever satisfies `narrow` satisfies `wide`: an empty list asks for nothing.
bool asks_less(const Names& wide, const Names& narrow) {
  if (wide.empty()) return true;
  return !narrow.empty() && std::all_of(narrow.begin(), narrow.end(), [&](const std::string& n) {
    return has(wide, n) ||
           std::any_of(wide.begin(), wide.end(), [&](const std::string& w) { return !is_plain(w) && covers(w, n); });
  });
}

bool contains(const VmSelection& wide, const VmSelection& narrow) {
  return asks_less(wide.named, narrow.named) && asks_less(wide.tagged, narrow.tagged) &&
         asks_less(wide.grouped, narrow.grouped);
}

bool contains(const HostSelection& wide, const HostSelection& narrow) {
  return asks_less(wide.named, narrow.named) && asks_less(wide.tagged, narrow.tagged) &&
         asks_less(wide.racks, narrow.racks) && asks_less(wide.zones, narrow.zones);
}

bool one_plain_name(const VmSelection& s) { return s.named.size() == 1 && is_plain(s.named.front()); }

// The VMs that are certainly in both: those of the narrower one. nullptr: perhaps none.
const VmSelection* common(const Constraint& a, const Constraint& b) {
  if (contains(a.vms, b.vms)) return &b.vms;
  return contains(b.vms, a.vms) ? &a.vms : nullptr;
}

std::string words(const VmSelection& s) {
  std::vector<std::string> parts;
  if (!s.named.empty()) parts.push_back(fmt::format("{}", fmt::join(s.named, ", ")));
  if (!s.tagged.empty()) parts.push_back(fmt::format("tagged {}", fmt::join(s.tagged, ", ")));
  if (!s.grouped.empty()) parts.push_back(fmt::format("in group {}", fmt::join(s.grouped, ", ")));
  return config::in_quotes(fmt::format("{}", fmt::join(parts, " ")));
}

// --- two constraints, `a` before `b` ----------------------------------------------------------------------------

std::optional<Scope> gathers_in(const Constraint& c) {
  if (c.kind == ConstraintKind::kTogether) return Scope::kHost;
  return c.kind == ConstraintKind::kClose ? std::optional(c.scope) : std::nullopt;
}
bool parts(const Constraint& c) { return c.kind == ConstraintKind::kApart || c.kind == ConstraintKind::kSpread; }

// Two in one place of a scope are in one place of every wider scope.
Complaint gathered_and_parted(const Constraint& a, const Constraint& b) {
  const Constraint &gathering = gathers_in(a) ? a : b, &parting = gathers_in(a) ? b : a;
  const auto scope = gathers_in(gathering);
  if (!scope || !parts(parting) || *scope > parting.scope) return std::nullopt;
  const VmSelection* vms = common(a, b);
  if (vms == nullptr || one_plain_name(*vms)) return std::nullopt;
  return fmt::format(
      "{} contradict each other: {} would have to share one {} and be on different {}s; remove one, or give one a price",
      both(gathering, parting), words(*vms), name(*scope), name(parting.scope));
}

bool confines(const Constraint& c) {
  return c.kind == ConstraintKind::kFence || (c.kind == ConstraintKind::kPin && !c.hosts.everyone());
}

Complaint confined_and_banned(const Constraint& a, const Constraint& b) {
  const Constraint &inside = confines(a) ? a : b, &ban = confines(a) ? b : a;
  if (!confines(inside) || ban.kind != ConstraintKind::kBan || !contains(ban.hosts, inside.hosts)) return std::nullopt;
  const VmSelection* vms = common(a, b);
  if (vms == nullptr) return std::nullopt;
  return fmt::format(
      "{} contradict each other: one allows {} only on hosts from which the other bans it; remove one, or give one a price",
      both(inside, ban), words(*vms));
}

bool plain_names_only(const HostSelection& s) {
  return !s.named.empty() && std::all_of(s.named.begin(), s.named.end(), [](const std::string& n) { return is_plain(n); });
}

Complaint confined_twice(const Constraint& a, const Constraint& b) {
  if (!confines(a) || !confines(b) || !plain_names_only(a.hosts) || !plain_names_only(b.hosts)) return std::nullopt;
  if (std::any_of(a.hosts.named.begin(), a.hosts.named.end(), [&](const std::string& h) { return has(b.hosts.named, h); }))
    return std::nullopt;
  const VmSelection* vms = common(a, b);
  if (vms == nullptr) return std::nullopt;
  return fmt::format(
      "{} contradict each other: no host is allowed to {} by both; make their hosts overlap, or give one a price", both(a, b),
      words(*vms));
}

Complaint check_two(const Constraint& a, const Constraint& b) {
  if (a.name == b.name) return fmt::format("{} have the same name; rename one: plans and reports go by it", both(a, b));
  if (!a.hard() || !b.hard()) return std::nullopt;
  if (auto c = gathered_and_parted(a, b)) return c;
  if (auto c = confined_and_banned(a, b)) return c;
  return confined_twice(a, b);
}

tl::unexpected<Error> at(std::string_view source, const Constraint& c, std::string_view what) {
  if (c.line > 0) return invalid(fmt::format("{}:{}: {}", source, c.line, what));
  return invalid(fmt::format("{}: {}", source, what));
}

}  // namespace

Result<void> check_constraints(const std::vector<Constraint>& constraints, std::string_view source) {
  if (constraints.size() > kMaxConstraints)
    return invalid(fmt::format("{}: {} constraints; at most {} are allowed", source, constraints.size(), kMaxConstraints));
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    if (const auto complaint = check_one(constraints[i]))
      return at(source, constraints[i], fmt::format("constraint {}: {}", config::in_quotes(constraints[i].name), *complaint));
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (const auto complaint = check_two(constraints[earlier], constraints[i]))
        return at(source, constraints[i], *complaint);
  }
  return {};
}

}  // namespace headroom::constraints
