#include "live_setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/forecast/baselines.h"

namespace headroom {
namespace {

Result<LiveForecaster> make_simple(const LiveFleet& fleet, std::string why) {
  const Horizons horizons = fleet.horizons.empty() ? Horizons{fleet.step, 3 * fleet.step, 12 * fleet.step} : fleet.horizons;
  for (Duration h : horizons)
    if (h % fleet.step != Duration::zero())
      return invalid(fmt::format("'forecast horizons' of fleet '{}': {} is no multiple of the step of {}, and without the model they have to be",
                                 fleet.name, to_text(h), to_text(fleet.step)));
  return LiveForecaster{std::make_unique<ErrorQuantile>(ErrorQuantile::Anchor::kLast, horizons, fleet.step), nullptr, std::move(why)};
}

// What a change costs is spread over the time that is seen ahead, and the defaults are for steps of five minutes: a fleet of shorter ones sees
// less far, and would never find a change worth its price. All times go with the step, so that it decides as one does whose steps are longer.
void keep_pace(Policy& p, Duration step) {
  constexpr Duration kDefaultStep = std::chrono::minutes(5);
  if (step >= kDefaultStep) return;
  const double share = static_cast<double>(step.count()) / static_cast<double>(kDefaultStep.count());
  if (p.priced) {
    p.priced->minutes_per_scaling *= share;
    p.priced->minutes_lost_per_breach *= share;
  }
  p.hosts.usd_per_migration *= share;
  for (Duration* time : {&p.hosts.overload_horizon, &p.hosts.stay_after_move, &p.hosts.consolidate_every, &p.migrate_first.horizon})
    *time = std::max(step, Duration(static_cast<Duration::rep>(share * static_cast<double>(time->count()))));
}

}  // namespace

Result<LiveForecaster> make_live_forecaster(const LiveFleet& fleet, const std::shared_ptr<const GlobalModel>& model,
                                            const std::string& without_model) {
  if (!model) return make_simple(fleet, without_model);
  const auto pace = Pace::make(fleet.step, model->info().step, fleet.calendar);
  if (!pace) return invalid(fmt::format("fleet '{}': {}", fleet.name, pace.error().message));
  auto paced = make_paced_engine(model, fleet.horizons, *pace);
  if (!paced) return invalid(fmt::format("'forecast horizons' of fleet '{}': {}", fleet.name, paced.error().message));
  return LiveForecaster{std::move(paced->forecaster), paced->engine, {}};
}

Result<Contender> live_contender(const std::string& policy, const LiveFleet& fleet) {
  PoolTerms terms;
  terms.view = View::kFixed;
  terms.step = fleet.steps;
  terms.usd_per_unit_hour = fleet.usd_per_unit_hour;
  if (fleet.book) terms.book = BookPrices{fleet.book->prices, fleet.book->reservations()};
  const BytesPerSecond bandwidth = fleet.pool.migration.bandwidth;
  terms.migration_bandwidth = bandwidth.count() > 0 ? bandwidth : MigrationPolicy{}.bandwidth;
  terms.max_downtime = fleet.pool.migration.max_downtime;
  auto contender = default_contender(policy, terms);
  if (!contender || contender->sight != Sight::kModel)
    return invalid(fmt::format("a live fleet is run by headroom or migrate-first, not by '{}'", policy));
  Policy& p = contender->policy;
  p.hosts.may_power = !fleet.pool.power.switches.empty();
  keep_pace(p, fleet.step);
  p.constraints = fleet.constraints;
  if (!fleet.rules.empty()) p.rules = fleet.rules;
  MigrationPolicy& moves = p.hosts.migration;
  moves.in_fleet = fleet.limits.migrations;
  moves.out_of_host = moves.into_host = fleet.limits.migrations_per_host;
  return std::move(*contender);
}

}  // namespace headroom
