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
  void sort() { std::sort(amounts_.data(), amounts_.data() + count_); }
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

DemandCurve::DemandCurve(const Snapshot& s, const Vm& vm, const PricedSizing& prices, const SizingTask& task) {
  const std::vector<Outlook>& outlook = vm.forecast.outlook[index(task.resource)];
  const Prices cost_of = prices_of(prices, task.resource);
  const Risk present = risk_ahead(s, outlook, static_cast<double>(task.now));
  keep_ = {task.now, cost_of.lambda * present.p, cost_of.lambda * present.p, present.horizon};
  Candidates candidates(task);
  for (const Outlook& o : outlook) {
    for (float quantile : o.peak.at) candidates.add(quantile);
    for (double level : kTailLevels) candidates.add(o.peak.quantile(level));
  }
  candidates.sort();
  for (const std::int64_t amount : candidates) {
    if (amount == task.now) continue;
    const double a = static_cast<double>(amount);
    const Risk risk = risk_ahead(s, outlook, a);
    const Burden change = burden_of_change(s, outlook, cost_of, a, risk.p);
    const double at_risk = cost_of.lambda * risk.p;
    add({amount, at_risk + change.usd_per_hour, at_risk, amount > task.now ? present.horizon : change.horizon});
  }
}

// Andrew's monotone chain (1979): the lower convex hull holds whatever is cheapest at some price.
void DemandCurve::add(const Choice& next) {
  auto above_the_line = [&](const Choice& a, const Choice& b) {
    return (b.usd_per_hour - a.usd_per_hour) * static_cast<double>(next.amount - b.amount) >=
           (next.usd_per_hour - b.usd_per_hour) * static_cast<double>(b.amount - a.amount);
  };
  while (changes_.size() > 1 && above_the_line(changes_[changes_.size() - 2], changes_.back())) changes_.pop_back();
  changes_.push_back(next);
}

Sizing DemandCurve::at(double usd_per_unit_hour) const {
  auto cost = [&](const Choice& c) { return usd_per_unit_hour * static_cast<double>(c.amount) + c.usd_per_hour; };
  const Choice* best = &keep_;
  double least = cost(keep_);
  for (const Choice& c : changes_)
    if (cost(c) < least) {
      best = &c;
      least = cost(c);
    }
  return {best->amount, best->horizon, cost(keep_) - least, best->usd_at_risk};
}

}  // namespace headroom
