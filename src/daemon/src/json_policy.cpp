#include "json_parts.h"

namespace headroom {
namespace {

nlohmann::json bounds(const libvirt::VmPolicy::Bounds& bounds) {
  return by_resource([&](Resource r) { return bounds[index(r)] ? nlohmann::json(*bounds[index(r)]) : nlohmann::json(); });
}

}  // namespace

nlohmann::json policy_json(const libvirt::PolicyOf& of) {
  const libvirt::VmPolicy& p = of.policy;
  return {{"vm", of.place.vm},
          {"uuid", of.place.uuid},
          {"host", of.place.host},
          {"level", p.level ? nlohmann::json(name(*p.level)) : nlohmann::json()},
          {"floor", bounds(p.floor)},
          {"ceiling", bounds(p.ceiling)},
          {"moves", p.may_move}};
}

}  // namespace headroom
