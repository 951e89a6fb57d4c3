#include "census.h"

#include <fmt/format.h>

namespace headroom::constraints {

Census::Census(const Bound& b, const Scene& scene, Scope scope, Ends ends) {
  std::set<std::size_t> all;
  for (std::size_t v : b.vms) {
    const std::size_t unit = scene.unit_of[v];
    all.insert(unit);
    in[scene.fleet.place(scope, scene.w.at[v])].insert(unit);
    if (ends == Ends::kBoth && scene.w.leaves[v] != kNowhere) in[scene.fleet.place(scope, scene.w.leaves[v])].insert(unit);
  }
  units = all.size();
  for (const auto& [place, there] : in) most = std::max(most, there.size());
}

std::string Census::places(const Fleet& fleet, Scope scope) const {
  constexpr std::size_t kShown = 5;
  std::string text;
  std::size_t shown = 0;
  for (const auto& [place, there] : in) {
    if (shown == kShown) return fmt::format("{} and {} more", text, in.size() - kShown);
    text += (shown++ == 0 ? "" : ", ") + fleet.place_name(scope, place);
  }
  return text;
}

}  // namespace headroom::constraints
