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

double holding_cost(const Snapshot& s, const std::vector<Outlook>& outlook, const PricedSizing& prices,
                    const SizingTask& task, std::int64_t amount, std::size_t horizon) {
  const double a = static_cast<double>(amount) / task.scale_up_to;
  const double next = outlook[0].peak.exceedance(a);
  const double within = horizon == 0 ? next : std::max(next, outlook[horizon].peak.exceedance(a));
  const double lost_hours = hours(s.step) * next + prices.minutes_lost_when_foreseen / 60 * (within - next);
  const double events = prices.usd_per_overloaded_vm_hour * lost_hours + prices.usd_per_scaling * within;
  return task.usd_per_unit_hour * static_cast<double>(amount) + events / hours(s.horizons[horizon]);
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
    for (float quantile : o.peak.at) candidates.add(quantile * task.scale_up_to);
    for (double level : kTailLevels) candidates.add(o.peak.quantile(level) * task.scale_up_to);
  }
  Sizing best;
  double keeping = 0;
  bool first = true;
  for (const std::int64_t amount : candidates) {
    for (std::size_t h = 0; h < outlook.size(); ++h) {
      double cost = holding_cost(s, outlook, prices, task, amount, h);
      if (amount != task.now) cost += prices.usd_per_scaling / hours(s.horizons[h]);
      if (first || cost < best.usd_per_hour) best = {amount, h, cost, 0};
      first = false;
    }
    if (amount == task.now) keeping = best.usd_per_hour;  // the first candidate
  }
  best.usd_saved_per_hour = keeping - best.usd_per_hour;
  return best;
}

}  // namespace headroom
