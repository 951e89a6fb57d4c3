#include "headroom/actuator/verdict.h"

#include <array>

namespace headroom {

std::string_view name(Decision decision) {
  switch (decision) {
    case Decision::kStarted: return "started";
    case Decision::kRecommended: return "recommended";
    case Decision::kRefused: return "refused";
    case Decision::kWaiting: return "waiting";
  }
  return "";
}

std::string_view name(Refusal refusal) {
  constexpr std::array<std::string_view, kRefusalCount> kNames{
      "disagrees",     "immovable", "scaling", "out-of-bounds", "destination", "host-not-empty", "stale",
      "memory-shrink", "foreign-owner", "level", "paused", "in-flight", "host-busy", "host-limit",
      "fleet-limit",   "cooldown",  "budget",  "breaker",       "earlier-move", "journal",    "hypervisor"};
  return kNames[static_cast<std::size_t>(refusal)];
}

}  // namespace headroom
