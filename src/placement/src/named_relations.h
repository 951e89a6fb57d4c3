// Relations as the independent checks see them: with a name, straight from the Problem.
#pragma once

#include <fmt/format.h>

#include <string>

#include "headroom/placement/problem.h"

namespace headroom::placement {

inline std::int64_t place_of(const Problem& p, Relation::Scope scope, std::int32_t host) {
  switch (scope) {
    case Relation::Scope::kHost: return host;
    case Relation::Scope::kLocation: return p.location[static_cast<std::size_t>(host)];
    case Relation::Scope::kNeighbourhood: return p.neighbourhood[static_cast<std::size_t>(host)];
  }
  return -1;
}

inline const char* word(Relation::Scope scope) {
  switch (scope) {
    case Relation::Scope::kHost: return "host";
    case Relation::Scope::kLocation: return "location";
    case Relation::Scope::kNeighbourhood: return "neighbourhood";
  }
  return "";
}

// visit(name, relation), the short forms of groups first.
template <class Visit>
void for_each_relation(const Problem& p, Relation::Kind kind, Visit&& visit) {
  std::vector<Relation> of_groups(p.groups.size());
  for (std::size_t i = 0; i < p.items; ++i)
    if (p.group[i] != kNoGroup) of_groups[static_cast<std::size_t>(p.group[i])].members.push_back(static_cast<std::int32_t>(i));
  for (std::size_t g = 0; g < p.groups.size(); ++g) {
    Relation& relation = of_groups[g];
    relation.kind = kind;
    relation.least = p.groups[g].least_locations;
    if (kind == Relation::Kind::kSpread) relation.scope = Relation::Scope::kLocation;
    if (kind == Relation::Kind::kApart ? p.groups[g].apart : kind == Relation::Kind::kSpread && relation.least > 0)
      visit(fmt::format("group {}", g), relation);
  }
  for (std::size_t r = 0; r < p.relations.size(); ++r)
    if (p.relations[r].kind == kind) visit(fmt::format("relation {}", r), p.relations[r]);
}

}  // namespace headroom::placement
