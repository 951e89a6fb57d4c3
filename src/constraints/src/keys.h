// The keys that several kinds of constraint have in YAML, each read in one place so that they look alike everywhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "headroom/config/section.h"
#include "headroom/model/constraint.h"

namespace headroom::constraints {

void read_vms(config::Section& s, Constraint& c);
void read_hosts(config::Section& s, Constraint& c);           // must be there
void read_optional_hosts(config::Section& s, Constraint& c);  // absent: every host
// `scope`, one of these; may be absent where a default is given.
void read_scope(config::Section& s, Constraint& c, const std::vector<Scope>& allowed);
void read_scope(config::Section& s, Constraint& c, const std::vector<Scope>& allowed, Scope otherwise);
void read_count(config::Section& s, Constraint& c, std::string_view key, std::int32_t low, std::int32_t high);
void read_price(config::Section& s, Constraint& c);
// A list of names; absent: none.
void read_names(config::Section& s, std::string_view key, Names& into);

// A sentence about a constraint that makes no sense by itself.
using Complaint = std::optional<std::string>;
Complaint no_vms(const Constraint& c);    // it names none
Complaint no_hosts(const Constraint& c);
Complaint count_outside(const Constraint& c, std::string_view what, std::int32_t low, std::int32_t high);

}  // namespace headroom::constraints
