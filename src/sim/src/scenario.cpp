#include "headroom/sim/scenario.h"

#include <fmt/format.h>

#include <optional>

#include "headroom/config/document.h"
#include "headroom/config/format.h"
#include "headroom/constraints/file.h"
#include "headroom/cost/allocation_price.h"
#include "headroom/cost/price_book.h"

namespace headroom {
namespace {

using config::above;
using config::Section;

// Of the price book that the scenario names, or as it is written.
HostPrice read_price(Section& s, const std::optional<cost::PriceBook>& book, const std::string& type) {
  if (!s.has("rented")) return cost::read_host_price(s);
  if (book) return cost::read_rented_price(s, *book, type);
  s.reject("rented", "the scenario names no 'price book'; add it, or write 'price' and 'usd per hour' instead");
  return {};
}

void read_hosts(Section& top, Scenario& scenario, const std::optional<cost::PriceBook>& book) {
  for (Section s : top.sections("hosts", "host type")) {
    HostType type;
    Resources& has = type.physical;
    s.required("type", type.name, config::text());
    s.required("cpu", has[Resource::kCpu], config::amount(Resource::kCpu));
    s.required("memory", has[Resource::kMemory], config::amount(Resource::kMemory));
    s.required("disk", has[Resource::kDisk], config::amount(Resource::kDisk));
    s.required("network", has[Resource::kNetwork], config::amount(Resource::kNetwork));
    type.price = read_price(s, book, type.name);
    for (const HostType& other : scenario.host_types)
      if (other.name == type.name && !type.name.empty())
        s.reject("type", fmt::format("two host types are called '{}'; rename one", type.name));
    scenario.host_types.push_back(type);
  }
}

void read_pool(Section& top, Scenario& scenario) {
  top.optional("reserved share", scenario.reserved_share, config::percent(config::between(0, 1)));
  top.optional("spare share", scenario.spare_share, config::percent(config::between(0, 10)));
  top.optional("initial quantile", scenario.initial_quantile, config::percent(config::inside(0, 1)));
  if (auto s = top.optional_section("overcommit"))
    for (Resource r : kAllResources)
      s->optional(name(r), scenario.overcommit[index(r)], config::number(above(0).at_most(64)));
  if (auto s = top.optional_section("steps"))
    for (Resource r : kAllResources) s->optional(name(r), scenario.step[r], config::amount(r));
  cost::AllocationPrice price;
  if (auto s = top.optional_section("allocation prices")) price = cost::read_allocation_price(*s);
  for (Resource r : kAllResources) scenario.usd_per_unit_hour[index(r)] = price.usd_per_unit_hour(r);
}

void read_timings(Section& top, Scenario& scenario) {
  PoolTimings& t = scenario.timings;
  top.optional("growth takes", t.growth_delay, config::duration());
  top.optional("host start takes", t.host_start, config::duration());
  top.optional("failure share", t.failure_share, config::percent(config::between(0, 1)));
  auto s = top.optional_section("migration");
  if (!s) return;
  std::int64_t bandwidth = static_cast<std::int64_t>(t.migration_bytes_per_second);
  s->optional("bandwidth", bandwidth, config::amount(Resource::kNetwork));
  t.migration_bytes_per_second = static_cast<double>(bandwidth);
  s->optional("setup", t.migration_setup, config::duration());
  s->optional("downtime limit", t.downtime_limit, config::duration(Duration(1)));
  s->optional("dirty share per second", t.dirty_share_per_second, config::percent(config::between(0, 1)));
}

void read_window(Section& top, Scenario& scenario) {
  auto s = top.optional_section("window");
  if (!s) return;
  Window window;
  s->required("from", window.begin, config::instant());
  s->required("to", window.end, config::instant());
  if (window.begin >= window.end) s->reject("to", "the window ends before it begins");
  scenario.window = window;
}

void read_horizons(Section& top, Scenario& scenario) {
  top.list("forecast horizons", scenario.horizons, config::duration(std::chrono::seconds(1), std::chrono::days(7)));
  for (std::size_t h = 1; h < scenario.horizons.size(); ++h)
    if (scenario.horizons[h] <= scenario.horizons[h - 1]) return top.reject("forecast horizons", "horizons must ascend, as in [5m, 15m, 1h]");
}

}  // namespace

Result<Scenario> read_scenario(config::Document& document, const std::filesystem::path& folder) {
  Scenario scenario;
  Section top = document.root("a scenario");
  top.required("scenario", scenario.name, config::text());
  std::string traces;
  top.required("traces", traces, config::text(4096));
  scenario.traces = {folder / traces};
  read_window(top, scenario);
  read_horizons(top, scenario);
  std::optional<cost::PriceBook> book;
  if (std::string name; top.optional("price book", name, config::text(4096)), !name.empty()) {
    auto read = cost::load_prices((folder / name).string());
    if (!read) return tl::unexpected(read.error());
    book = std::move(*read);
  }
  if (std::string name; top.optional("constraints", name, config::text(4096)), !name.empty()) {
    auto read = constraints::load_constraints((folder / name).string());
    if (!read) return tl::unexpected(read.error());
    scenario.constraints = std::move(*read);
  }
  read_hosts(top, scenario, book);
  scenario.book = std::move(book);
  read_pool(top, scenario);
  read_timings(top, scenario);
  if (auto good = document.finish(); !good) return tl::unexpected(good.error());
  return scenario;
}

Result<Scenario> load_scenario(const std::filesystem::path& file) {
  auto document = config::load(file.string());
  if (!document) return tl::unexpected(document.error());
  return read_scenario(*document, file.parent_path());
}

}  // namespace headroom
