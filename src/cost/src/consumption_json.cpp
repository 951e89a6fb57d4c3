#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "headroom/cost/consumption.h"

namespace headroom::cost {
namespace {

struct Key {
  const char* name;
  double Consumption::*field;
};
constexpr Key kKeys[] = {{"hours", &Consumption::hours},
                         {"reserved_usd", &Consumption::reserved_usd},
                         {"on_demand_usd", &Consumption::on_demand_usd},
                         {"spot_usd", &Consumption::spot_usd},
                         {"own_usd", &Consumption::own_usd},
                         {"energy_kwh", &Consumption::energy_kwh},
                         {"interruptions", &Consumption::interruptions},
                         {"interrupted_vms", &Consumption::interrupted_vms},
                         {"host_starts", &Consumption::host_starts},
                         {"gib_moved", &Consumption::gib_moved},
                         {"migration_hours", &Consumption::migration_hours},
                         {"migration_down_hours", &Consumption::migration_down_hours}};
constexpr const char* kShort = "short_vm_hours";

Result<double> number(const nlohmann::json& object, const std::string& key) {
  if (!object.is_object() || !object.contains(key) || !object.at(key).is_number())
    return invalid(fmt::format("has no number '{}'", key));
  const double value = object.at(key).get<double>();
  if (!std::isfinite(value) || value < 0) return invalid(fmt::format("'{}' is {}, which cannot be", key, value));
  return value;
}

}  // namespace

nlohmann::json to_json(const Consumption& consumption) {
  nlohmann::json object, by_resource;
  for (const Key& key : kKeys) object[key.name] = consumption.*key.field;
  for (Resource r : kAllResources) by_resource[std::string(name(r))] = consumption.short_vm_hours[index(r)];
  object[kShort] = std::move(by_resource);
  return object;
}

Result<Consumption> read_consumption(const nlohmann::json& object) {
  Consumption consumption;
  for (const Key& key : kKeys) {
    const auto value = number(object, key.name);
    if (!value) return tl::unexpected(value.error());
    consumption.*key.field = *value;
  }
  if (!object.contains(kShort)) return invalid(fmt::format("has no '{}'", kShort));
  for (Resource r : kAllResources) {
    const auto value = number(object.at(kShort), std::string(name(r)));
    if (!value) return tl::unexpected(value.error());
    consumption.short_vm_hours[index(r)] = *value;
  }
  return consumption;
}

}  // namespace headroom::cost
