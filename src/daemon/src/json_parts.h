// Pieces that several answers are made of.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>

#include "headroom/daemon/json.h"

namespace headroom {

// One value a resource, by its name: what `value_of(Resource)` says.
template <class F>
nlohmann::json by_resource(F&& value_of) {
  nlohmann::json object;
  for (Resource r : kAllResources) object[std::string(name(r))] = value_of(r);
  return object;
}
nlohmann::json to_json(const Resources& amounts);
nlohmann::json to_json(const Horizons& horizons);  // seconds
nlohmann::json levels_json();
// To a thousandth: what follows is not known anyway, and would double the answer's length.
double rounded(double value);

nlohmann::json accuracy_summary(const std::optional<LiveReport>& report);
nlohmann::json vm_line(const State& state, const Vm& vm);
bool answers(const State& state, const Host& host);  // in the newest round
// `is_left`: it is one of constraints::to_be_left().
nlohmann::json host_line(const State& state, const Host& host, bool is_left);
nlohmann::json host_line(const State& state, const UnheardHost& unheard);
// An action that nobody has decided about yet.
nlohmann::json action_json(const Snapshot& snapshot, const Action& action);
nlohmann::json to_json(const ActionEntry& entry);
nlohmann::json to_json(const DeniedEntry& entry);
nlohmann::json to_json(const AlertEntry& entry);
// At most so many.
template <class Entry>
nlohmann::json list(const std::vector<Entry>& entries, std::size_t most = std::numeric_limits<std::size_t>::max()) {
  nlohmann::json array = nlohmann::json::array();
  for (const Entry& e : entries)
    if (array.size() < most) array.push_back(to_json(e));
  return array;
}

}  // namespace headroom
