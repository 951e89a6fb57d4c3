// The policies a simulation can run, by name, each with the settings of its sweep. A contender is what one replay needs
// to know: the planner's policy, and where its forecasts come from.
//
// Every baseline goes through the planner's own machinery where it has none of its own, so that only the information
// differs: `reactive-threshold`, `naive-re` and the oracles are the same two rules per resource (grow over theta, shrink
// when the window's highest is well below), fed with the last sample, with naive-RE quantiles, with the truth.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/forecast/forecaster.h"
#include "headroom/planner/policy.h"
#include "headroom/sim/world.h"

namespace headroom {

enum class Sight : std::uint8_t { kLastValue, kNaiveRe, kModel, kOracle };

// What of a pool a policy's settings depend on; a real fleet has it as well as a recorded one.
struct PoolTerms {
  View view = View::kFixed;
  Resources step;                                          // of allocations
  std::array<double, kResourceCount> usd_per_unit_hour{};  // of an allocation, per base unit
  std::optional<BookPrices> book;
  BytesPerSecond migration_bandwidth;
  Duration max_downtime{};                                 // the longest standstill that its hypervisor is told
};
PoolTerms terms_of(const World& world);

struct Contender {
  Policy policy;
  std::string setting;     // "theta 0.8, window 1h": for people
  Sight sight = Sight::kLastValue;
  Duration horizon{};      // of naive-RE and the oracles; the model has its own list
};

// Every name that `--policy` takes.
const std::vector<std::string>& policy_names();

// The one setting of a policy that runs without --sweep. nullopt: no such policy.
std::optional<Contender> default_contender(std::string_view policy, const PoolTerms& terms);
std::optional<Contender> default_contender(std::string_view policy, const World& world);

// The settings of its sweep: the full grid for reactive-threshold (48) and naive-re (192), one knob for headroom and
// what shares its planner (16), the shrink window for the oracles. `points` (0: all) takes that many, evenly spread.
std::vector<Contender> sweep_contenders(std::string_view policy, const World& world, std::size_t points);

}  // namespace headroom
