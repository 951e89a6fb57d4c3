#include "relations.h"

#include <set>

namespace headroom::placement {
namespace {

std::size_t places_at_home(const Problem& p, const Relation& relation) {
  std::set<std::int32_t> places;
  for (std::int32_t item : relation.members) {
    const std::int32_t home = p.home[static_cast<std::size_t>(item)];
    places.insert(relation.kind == Relation::Kind::kApart ? home : p.location[static_cast<std::size_t>(home)]);
  }
  return places.size();
}

}  // namespace

Relations::Relations(const Problem& p) : apart_group(p.groups.size(), 0), spread_group(p.groups.size(), 0) {
  std::vector<std::vector<std::int32_t>> members(p.groups.size());
  if (p.breach_price != 0)  // else everything holds at the start
    for (std::size_t i = 0; i < p.items; ++i)
      if (p.group[i] != kNoGroup) members[static_cast<std::size_t>(p.group[i])].push_back(static_cast<std::int32_t>(i));
  for (std::size_t g = 0; g < p.groups.size(); ++g) {
    const std::int32_t least = p.groups[g].least_locations;
    apart_group[g] = p.groups[g].apart;
    spread_group[g] = least > 1;  // whoever is somewhere is in one location
    if (members[g].empty()) continue;
    Relation apart{Relation::Kind::kApart, Relation::Scope::kHost, members[g], 0, 0};
    Relation spread{Relation::Kind::kSpread, Relation::Scope::kLocation, members[g], least, 0};
    if (apart_group[g] != 0 && places_at_home(p, apart) < members[g].size()) {
      apart_group[g] = 0;
      all.push_back(std::move(apart));
    }
    if (spread_group[g] != 0 && static_cast<std::int64_t>(places_at_home(p, spread)) < least) {
      spread_group[g] = 0;
      all.push_back(std::move(spread));
    }
  }
  all.insert(all.end(), p.relations.begin(), p.relations.end());
}

}  // namespace headroom::placement
