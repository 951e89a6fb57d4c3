#include "keys.h"

#include <fmt/format.h>

#include "headroom/config/format.h"

namespace headroom::constraints {
namespace {

using config::Section;

config::Format<Scope> scope_format(const std::vector<Scope>& allowed) {
  std::vector<std::pair<std::string, Scope>> words;
  for (Scope scope : allowed) words.emplace_back(name(scope), scope);
  return config::one_of<Scope>(std::move(words));
}

void read_selection(Section s, HostSelection& hosts) {
  read_names(s, "named", hosts.named);
  read_names(s, "tagged", hosts.tagged);
  read_names(s, "racks", hosts.racks);
  read_names(s, "zones", hosts.zones);
}

}  // namespace

void read_names(Section& s, std::string_view key, Names& into) {
  s.list(key, into, config::text(kLongestName));
  if (into.size() > kMostNames)
    s.reject(key, fmt::format("'{}' holds {} names; at most {} are allowed (a name may have wildcards: web-*)", key,
                              into.size(), kMostNames));
  normalise(into);
}

void read_vms(Section& s, Constraint& c) {
  Section vms = s.section("vms");
  read_names(vms, "named", c.vms.named);
  read_names(vms, "tagged", c.vms.tagged);
  read_names(vms, "in groups", c.vms.grouped);
}

void read_hosts(Section& s, Constraint& c) { read_selection(s.section("hosts"), c.hosts); }

void read_optional_hosts(Section& s, Constraint& c) {
  if (auto hosts = s.optional_section("hosts")) read_selection(*hosts, c.hosts);
}

void read_scope(Section& s, Constraint& c, const std::vector<Scope>& allowed) {
  s.required("scope", c.scope, scope_format(allowed));
}

void read_scope(Section& s, Constraint& c, const std::vector<Scope>& allowed, Scope otherwise) {
  c.scope = otherwise;
  s.optional("scope", c.scope, scope_format(allowed));
}

void read_count(Section& s, Constraint& c, std::string_view key, std::int32_t low, std::int32_t high) {
  s.required(key, c.count, config::integer(low, high));
}

void read_price(Section& s, Constraint& c) {
  s.optional("price", c.usd_per_hour, config::number_in("USD/h", config::above(0).at_most(1e6)));
}

Complaint no_vms(const Constraint& c) {
  if (!c.vms.everyone()) return std::nullopt;
  return "names no VM; say which: vms: {named: [web-*]}, or tagged, or in groups";
}

Complaint no_hosts(const Constraint& c) {
  if (!c.hosts.everyone()) return std::nullopt;
  return "names no host; say which: hosts: {named: [node-*]}, or tagged, racks or zones";
}

Complaint count_outside(const Constraint& c, std::string_view what, std::int32_t low, std::int32_t high) {
  if (c.count >= low && c.count <= high) return std::nullopt;
  return fmt::format("'{}' is {}; it must be at least {} and at most {}", what, c.count, low, high);
}

}  // namespace headroom::constraints
