#include "json_parts.h"

#include <cmath>

namespace headroom {

nlohmann::json to_json(const Resources& amounts) {
  return by_resource([&](Resource r) { return amounts[r]; });
}

nlohmann::json to_json(const Horizons& horizons) {
  nlohmann::json array = nlohmann::json::array();
  for (Duration h : horizons) array.push_back(h.count() / 1000);
  return array;
}

nlohmann::json levels_json() { return nlohmann::json(kLevels); }

double rounded(double value) { return std::round(value * 1000) / 1000; }

}  // namespace headroom
