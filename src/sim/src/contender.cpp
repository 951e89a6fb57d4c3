#include "headroom/sim/contender.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<double, 8> kThetas{0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95};
const std::array<Duration, 6> kShrinkWindows{minutes(5), minutes(15), hours(1), hours(3), hours(12), hours(24)};
constexpr std::array<double, 4> kNaiveQuantiles{0.8, 0.9, 0.95, 0.98};
// The knob: what an hour of an overloaded VM is worth, USD, and how many overloaded minutes a scaling is as bad as. The
// more trouble counts, the less restlessness is wanted: lean fleets follow their load closely, generous ones stay calm.
// Chosen on 19 to 29 July with a model grown on 1 to 18 July, so that the allocation bills of neighbours lie about a
// twentieth apart, and from the ninth on a VM is scaled at most nine times a day, in the last two at most 3.6 times. Meant
// are ten and four: months differ (settings that scaled 9.8 and 3.85 times in July did 10.6 and 4.1 times in August).
// The leanest was made a thirtieth leaner after VMs that the model did not know had been seen in August.
struct Knob {
  double usd_per_overloaded_vm_hour = 0, minutes_per_scaling = 0;
};
constexpr std::array<Knob, 16> kKnobs{{{0.031, 0.1}, {0.046, 0.4}, {0.058, 1.2}, {0.069, 2.5}, {0.080, 4.5}, {0.090, 7.5},
                                       {0.100, 12}, {0.108, 18}, {0.107, 35}, {0.135, 33}, {0.165, 31}, {0.20, 30},
                                       {0.225, 33}, {0.24, 40}, {0.22, 64}, {0.34, 60}}};
// In a pool whose hosts start and stop, room that is paid for is given away: there the price of trouble decides how many
// hosts run. Chosen on the same days with a model of the days before, so that the hosts' bills span what the reactive rule's
// do. A scaling costs little there but restlessness, so settings that follow the load alternate with calm ones, for pools
// whose VMs may not be scaled often: there 6 to 9 scalings a VM-day with 12 to 40 minutes, and about 3 with 60 and more.
// Months differ (8.7 scalings there were 11.3 in August), so two were made calmer after August had been seen: .010 with 30
// minutes became .008 with 44, and .018 with 75 minutes .018 with 100.
constexpr std::array<Knob, 16> kElasticKnobs{{{0.006, 2}, {0.008, 44}, {0.010, 2}, {0.018, 30}, {0.014, 2}, {0.018, 100},
                                              {0.022, 3}, {0.03, 70}, {0.035, 4}, {0.05, 70}, {0.06, 5}, {0.08, 65},
                                              {0.10, 12}, {0.16, 60}, {0.17, 14}, {0.35, 14}}};
constexpr std::size_t kDefaultKnob = 8;
// Between what bounds hosts move the prices. In a fixed pool nothing gets cheaper than its list price, or every setting
// would fill the pool and the allocations' bill say nothing.
constexpr double kGivenAway = 0.02, kScarce = 8;
constexpr double kDefaultTheta = 0.8;
const Duration kDefaultWindow = hours(1);
const Duration kNaiveHorizon = minutes(15);

void set_view(Policy& policy, const PoolTerms& pool) {
  policy.step = pool.step;
  policy.hosts.may_migrate = pool.view != View::kVertical;
  policy.hosts.may_power = pool.view == View::kElastic;
  policy.book = pool.book;
  policy.hosts.migration.bandwidth = pool.migration_bandwidth;
  policy.hosts.migration.how.downtime_limit = pool.max_downtime;
}

// Grow when the signal passes theta of the allocation, to signal / theta; shrink when the highest signal of the window
// would do with a tenth less.
void add_threshold_rules(Policy& policy, double theta, Duration window, std::optional<double> quantile, Duration horizon) {
  for (Resource r : kAllResources) {
    Rule grow;
    grow.name = fmt::format("grow-{}", name(r));
    grow.metric = r;
    grow.quantile = quantile;
    grow.horizon = quantile ? horizon : Duration{};
    grow.threshold = grow.target = theta;
    Rule shrink = grow;
    shrink.name = fmt::format("shrink-{}", name(r));
    shrink.action = RuleAction::kShrink;
    shrink.sustained_for = shrink.cooldown = window;
    policy.rules.push_back(grow);
    policy.rules.push_back(shrink);
  }
}

Contender threshold(const PoolTerms& pool, std::string name, double theta, Duration window, Sight sight,
                    std::optional<double> quantile, Duration horizon) {
  Contender c;
  c.policy.name = std::move(name);
  set_view(c.policy, pool);
  add_threshold_rules(c.policy, theta, window, quantile, horizon);
  c.setting = fmt::format("theta {:.2g}, window {}", theta, to_text(window));
  if (sight == Sight::kNaiveRe) c.setting += fmt::format(", q{:.0f}", *quantile * 100);
  c.sight = sight;
  c.horizon = horizon;
  return c;
}

Contender priced(const PoolTerms& pool, std::size_t knob) {
  Contender c;
  c.policy.name = "headroom";
  set_view(c.policy, pool);
  PricedSizing prices;
  prices.usd_per_unit_hour = pool.usd_per_unit_hour;
  const Knob& chosen = (pool.view == View::kElastic ? kElasticKnobs : kKnobs)[knob];
  prices.usd_per_overloaded_vm_hour = chosen.usd_per_overloaded_vm_hour;
  prices.minutes_per_scaling = chosen.minutes_per_scaling;
  if (pool.view == View::kElastic) prices.least_share = kGivenAway;
  if (pool.view != View::kVertical) prices.most_share = kScarce;
  c.policy.priced = prices;
  c.setting = fmt::format("{:.3f} USD an overloaded VM-hour", prices.usd_per_overloaded_vm_hour);
  c.sight = Sight::kModel;
  return c;
}

Contender balancer(const PoolTerms& pool, std::string name, Order order, bool scales) {
  Contender c = threshold(pool, std::move(name), kDefaultTheta, kDefaultWindow, Sight::kLastValue, std::nullopt, {});
  c.policy.order = order;
  if (!scales) {
    c.policy.rules.clear();
    c.setting.clear();
  }
  return c;
}

std::optional<Duration> oracle_horizon(std::string_view policy) {
  if (policy == "oracle-5m") return minutes(5);
  if (policy == "oracle-15m") return minutes(15);
  if (policy == "oracle-1h") return hours(1);
  return std::nullopt;
}

template <class T>
std::vector<T> spread(std::vector<T> all, std::size_t points) {
  if (points == 0 || points >= all.size()) return all;
  std::vector<T> some;
  for (std::size_t i = 0; i < points; ++i)
    some.push_back(all[points == 1 ? all.size() / 2 : i * (all.size() - 1) / (points - 1)]);
  return some;
}

}  // namespace

const std::vector<std::string>& policy_names() {
  static const std::vector<std::string> kNames{"static",     "reactive-threshold", "pve-crs",   "lr-mmt",        "naive-re",
                                               "oracle-5m",  "oracle-15m",         "oracle-1h", "migrate-first", "headroom"};
  return kNames;
}

PoolTerms terms_of(const World& world) {
  PoolTerms terms;
  terms.view = world.view;
  terms.step = world.scenario.step;
  terms.usd_per_unit_hour = world.scenario.usd_per_unit_hour;
  if (const auto& book = world.scenario.book) terms.book = BookPrices{book->prices, book->reservations()};
  terms.migration_bandwidth = BytesPerSecond(static_cast<std::int64_t>(world.scenario.timings.migration_bytes_per_second));
  terms.max_downtime = world.scenario.timings.downtime_limit;
  return terms;
}

std::optional<Contender> default_contender(std::string_view policy, const World& world) {
  return default_contender(policy, terms_of(world));
}

std::optional<Contender> default_contender(std::string_view policy, const PoolTerms& pool) {
  if (policy == "static") return balancer(pool, "static", Order::kNothing, false);
  if (policy == "pve-crs") return balancer(pool, "pve-crs", Order::kPveCrs, true);
  if (policy == "lr-mmt") return balancer(pool, "lr-mmt", Order::kLrMmt, false);
  if (policy == "reactive-threshold")
    return threshold(pool, "reactive-threshold", kDefaultTheta, kDefaultWindow, Sight::kLastValue, std::nullopt, {});
  if (policy == "naive-re")
    return threshold(pool, "naive-re", 0.9, kDefaultWindow, Sight::kNaiveRe, 0.9, kNaiveHorizon);
  if (const auto horizon = oracle_horizon(policy))
    return threshold(pool, std::string(policy), 1.0, kDefaultWindow, Sight::kOracle, 0.5, *horizon);
  if (policy == "migrate-first") {
    Contender c = priced(pool, kDefaultKnob);
    c.policy.name = "migrate-first";
    c.policy.order = Order::kMigrateFirst;
    c.policy.priced.reset();
    c.setting.clear();
    return c;
  }
  if (policy == "headroom") return priced(pool, kDefaultKnob);
  return std::nullopt;
}

std::vector<Contender> sweep_contenders(std::string_view policy, const World& world, std::size_t points) {
  const PoolTerms pool = terms_of(world);
  std::vector<Contender> all;
  if (policy == "reactive-threshold")
    for (double theta : kThetas)
      for (Duration window : kShrinkWindows)
        all.push_back(threshold(pool, "reactive-threshold", theta, window, Sight::kLastValue, std::nullopt, {}));
  if (policy == "naive-re")
    for (double theta : kThetas)
      for (Duration window : kShrinkWindows)
        for (double q : kNaiveQuantiles)
          all.push_back(threshold(pool, "naive-re", theta, window, Sight::kNaiveRe, q, kNaiveHorizon));
  if (const auto horizon = oracle_horizon(policy))
    for (Duration window : kShrinkWindows)
      all.push_back(threshold(pool, std::string(policy), 1.0, window, Sight::kOracle, 0.5, *horizon));
  if (policy == "headroom")
    for (std::size_t knob = 0; knob < kKnobs.size(); ++knob) all.push_back(priced(pool, knob));
  if (all.empty())
    if (const auto one = default_contender(policy, pool)) all.push_back(*one);
  return spread(std::move(all), points);
}

}  // namespace headroom
