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

struct Risk {
  double usd_per_hour = 0;
  std::size_t horizon = 0;  // where it is highest
};

// The breach rate is judged at the horizon where it looks worst: the next step when trouble is at hand, a day when
// it comes out of the blue now and then. (The most hopeful horizon would always be the one that knows least.)
Risk breach_risk(const Snapshot& s, const std::vector<Outlook>& outlook, const PricedSizing& prices,
                 std::int64_t amount) {
  const double a = static_cast<double>(amount);
  Risk worst;
  for (std::size_t h = 0; h < outlook.size(); ++h) {
    const double lost_hours = h == 0 ? hours(s.step) : prices.minutes_lost_per_breach / 60;
    const double usd = prices.usd_per_overloaded_vm_hour * lost_hours + prices.usd_per_scaling;
    const double rate = usd * outlook[h].peak.exceedance(a) / hours(s.horizons[h]);
    if (rate > worst.usd_per_hour) worst = {rate, h};
  }
  return worst;
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
  Sizing best;
  double keeping = 0;
  bool first = true;
  for (const std::int64_t amount : candidates) {
    const double rent = task.usd_per_unit_hour * static_cast<double>(amount);
    const double change = amount != task.now ? prices.usd_per_scaling / prices.hours_between_scalings : 0;
    if (!first && rent + change >= best.usd_per_hour) continue;
    const Risk risk = breach_risk(s, outlook, prices, amount);
    const double cost = rent + change + risk.usd_per_hour;
    if (first || cost < best.usd_per_hour) best = {amount, risk.horizon, cost, 0};
    if (first) keeping = cost;  // the first candidate is the present allocation
    first = false;
  }
  best.usd_saved_per_hour = keeping - best.usd_per_hour;
  return best;
}

}  // namespace headroom
