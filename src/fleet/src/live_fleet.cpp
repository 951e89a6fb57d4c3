#include "headroom/fleet/live_fleet.h"

#include <fmt/format.h>

#include "headroom/config/format.h"
#include "headroom/constraints/file.h"
#include "headroom/cost/allocation_price.h"
#include "headroom/rules/rules.h"
#include "sections.h"

namespace headroom {
namespace {

using config::Section;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

void read_times(Section& top, LiveFleet& fleet) {
  top.optional("step", fleet.step, config::duration(seconds(1), hours(24)));
  fleet.every = std::min(fleet.every, fleet.step);
  top.optional("every", fleet.every, config::duration(seconds(1), hours(24)));
  fleet.poll = std::min(fleet.poll, fleet.every);
  // Beyond that an interval is a gap, in which nothing is measured.
  top.optional("poll", fleet.poll, config::duration(seconds(1), fleet.pool.observer.rates.longest));
  if (fleet.every > fleet.step)
    top.reject("every", fmt::format("a round comes at least once a step, which is {}; write {} or less", to_text(fleet.step), to_text(fleet.step)));
  if (fleet.poll > fleet.every)
    top.reject("poll", fmt::format("hosts are looked at in every round, so every {} or more often", to_text(fleet.every)));
  top.optional("answer within", fleet.pool.observer.deadline, config::duration(Duration(100), minutes(1)));
  top.list("forecast horizons", fleet.horizons, config::duration(seconds(1), std::chrono::days(7)));
  for (std::size_t h = 1; h < fleet.horizons.size(); ++h)
    if (fleet.horizons[h] <= fleet.horizons[h - 1]) return top.reject("forecast horizons", "horizons must ascend, as in [5m, 15m, 1h]");
}

void read_calendar(Section& top, LiveFleet& fleet) {
  auto s = top.optional_section("calendar");
  if (!s) return;
  Calendar calendar;
  s->required("at", calendar.at, config::instant());
  s->required("shows", calendar.shows, config::instant());
  fleet.calendar = calendar;
}

void read_amounts(Section& top, LiveFleet& fleet) {
  if (auto s = top.optional_section("steps")) fleet::read_resources(*s, fleet.steps);
  if (auto s = top.optional_section("ceilings")) fleet::read_resources(*s, fleet.pool.observer.site.ceiling);
  cost::AllocationPrice price;
  if (auto s = top.optional_section("allocation prices")) price = cost::read_allocation_price(*s);
  for (Resource r : kAllResources) fleet.usd_per_unit_hour[index(r)] = price.usd_per_unit_hour(r);
}

// Reads a file that the fleet's names; its own mistakes are its own messages.
template <class Read, class Into>
Result<void> read_along(Section& top, const char* key, const std::filesystem::path& folder, Read&& read, Into& into) {
  std::string name;
  top.optional(key, name, config::text(4096));
  if (name.empty()) return {};
  auto value = read((folder / name).string());
  if (!value) return tl::unexpected(value.error());
  into = std::move(*value);
  return {};
}

}  // namespace

Result<LiveFleet> read_live_fleet(config::Document& document, const std::filesystem::path& folder) {
  LiveFleet fleet;
  Section top = document.root("a fleet file");
  top.required("fleet", fleet.name, config::text());
  read_times(top, fleet);
  read_calendar(top, fleet);
  if (auto ok = read_along(top, "price book", folder, cost::load_prices, fleet.book); !ok) return tl::unexpected(ok.error());
  if (auto ok = read_along(top, "constraints", folder, constraints::load_constraints, fleet.constraints); !ok) return tl::unexpected(ok.error());
  const auto load_rules = [&](const std::string& file) {
    fleet.rules_file = file;
    return rules::load_rules(file, {});
  };
  if (auto ok = read_along(top, "rules", folder, load_rules, fleet.rules); !ok) return tl::unexpected(ok.error());
  fleet::read_safety(top, fleet);
  fleet::read_agents(top, folder, fleet.agents);
  fleet::read_power(top, fleet.pool.power);
  fleet::read_hosts(top, fleet);
  fleet::read_site(top, fleet.pool.observer.site);
  fleet::read_migration(top, fleet.pool.migration);
  read_amounts(top, fleet);
  if (auto good = document.finish(); !good) return tl::unexpected(good.error());
  return fleet;
}

Result<LiveFleet> load_live_fleet(const std::filesystem::path& file) {
  auto document = config::load(file.string());
  if (!document) return tl::unexpected(document.error());
  return read_live_fleet(*document, file.parent_path());
}

}  // namespace headroom
