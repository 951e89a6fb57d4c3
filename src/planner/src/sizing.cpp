#include "sizing.h"

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

constexpr std::size_t kMaxCandidates = 128;

class Candidates {
 public:
  explicit Candidates(const SizingTask& task) : task_(task) { add_amount(task.now); }

  void add(double amount) {
    add_amount(std::clamp(round_up(amount, task_.step), task_.lowest, task_.highest));
  }
  const std::int64_t* begin() const { return amounts_.data(); }
  const std::int64_t* end() const { return amounts_.data() + count_; }

 private:
  void add_amount(std::int64_t amount) {
    if (count_ == kMaxCandidates || std::find(begin(), end(), amount) != end()) return;
    amounts_[count_++] = amount;
  }

  const SizingTask& task_;
  std::array<std::int64_t, kMaxCandidates> amounts_{};
  std::size_t count_ = 0;
};

constexpr std::array<double, 3> kTailLevels{0.9985, 0.9995, 0.9999};

struct Prices {
  double lambda = 0;           // USD an overloaded hour of this resource
  double kappa = 0;            // USD a change
  double usd_per_breach = 0;   // of one that is still more than a step away
};

Prices prices_of(const PricedSizing& p, Resource r) {
  Prices prices;
  prices.lambda = p.usd_per_overloaded_vm_hour * p.overload_weight[index(r)];
  prices.kappa = p.usd_per_overloaded_vm_hour * p.minutes_per_scaling / 60;
  prices.usd_per_breach = prices.lambda * p.minutes_lost_per_breach / 60;
  return prices;
}

struct Burden {
  double usd_per_hour = 0;
  std::size_t horizon = 0;  // the one it is spread over
};

struct Risk {
  double p = 0;
  std::size_t horizon = 0;  // the one that says so
};

// P(demand of the step ahead > amount), never less than an average step's of a longer horizon.
Risk risk_ahead(const Snapshot& s, const std::vector<Outlook>& outlook, double amount) {
  Risk risk{outlook[0].peak.exceedance(amount), 0};
  for (std::size_t h = 1; h < outlook.size(); ++h) {
    const double p = outlook[h].peak.exceedance(amount) * hours(s.horizons[0]) / hours(s.horizons[h]);
    if (p > risk.p) risk = {p, h};
  }
  return risk;
}

// What a change to an amount costs, spread over the time until a breach ends it or the horizon at which it is cheapest.
// `next`: risk_ahead() of the amount.
Burden burden_of_change(const Snapshot& s, const std::vector<Outlook>& outlook, const Prices& prices, double amount,
                        double next) {
  double breached = next, seen_hours = hours(s.horizons[0]), held_hours = seen_hours;
  Burden best{prices.kappa * (1 + next) / held_hours, 0};
  for (std::size_t h = 1; h < outlook.size(); ++h) {
    // Peaks of longer horizons are higher; forecasts made one by one may disagree a little.
    const double p = std::max(breached, outlook[h].peak.exceedance(amount));
    held_hours += (hours(s.horizons[h]) - seen_hours) * (1 - (breached + p) / 2);
    seen_hours = hours(s.horizons[h]);
    breached = p;
    const double usd_per_hour = (prices.kappa * (1 + p) + prices.usd_per_breach * (p - next)) / held_hours;
    if (usd_per_hour < best.usd_per_hour) best = {usd_per_hour, h};
  }
  return best;
}

}  // namespace

std::int64_t round_up(double amount, std::int64_t step) {
  const auto steps = static_cast<std::int64_t>(std::ceil(amount / static_cast<double>(step) - 1e-9));
  return std::max<std::int64_t>(1, steps) * step;
}

Sizing price_allocation(const Snapshot& s, const Vm& vm, const PricedSizing& prices, const SizingTask& task) {
  const std::vector<Outlook>& outlook = vm.forecast.outlook[index(task.resource)];
  Candidates candidates(task);
  for (const Outlook& o : outlook) {
    for (float quantile : o.peak.at) candidates.add(quantile);
    for (double level : kTailLevels) candidates.add(o.peak.quantile(level));
  }
  const Prices cost_of = prices_of(prices, task.resource);
  Sizing best;
  double keeping = 0;
  Risk present;
  bool first = true;
  for (const std::int64_t amount : candidates) {
    const double a = static_cast<double>(amount), rent = task.usd_per_unit_hour * a;
    if (!first && rent >= best.usd_per_hour) continue;
    const Risk risk = risk_ahead(s, outlook, a);
    const Burden change = first ? Burden{} : burden_of_change(s, outlook, cost_of, a, risk.p);
    const double cost = rent + cost_of.lambda * risk.p + change.usd_per_hour;
    if (first || cost < best.usd_per_hour) best = {amount, change.horizon, cost, 0};
    if (first) {  // the present allocation
      keeping = cost;
      present = risk;
    }
    first = false;
  }
  if (best.amount > task.now) best.horizon = present.horizon;
  best.usd_saved_per_hour = keeping - best.usd_per_hour;
  return best;
}

}  // namespace headroom
