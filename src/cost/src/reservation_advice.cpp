#include "headroom/cost/reservation_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>

#include "headroom/base/check.h"

namespace headroom::cost {
namespace {

constexpr Duration kDay = std::chrono::hours(24);
constexpr std::size_t kHoursOfADay = 20;   // known ones that make a day one that counts
constexpr std::size_t kMonth = 30;         // days

using Hosts = std::vector<std::size_t>;    // needed, one a known hour

// The known hours of each UTC day that counts, in order.
std::vector<std::vector<std::size_t>> days_of(const FleetNeed& need) {
  std::vector<std::vector<std::size_t>> days;
  std::int64_t today = -1;
  std::vector<std::size_t> hours;
  const auto close = [&] {
    if (hours.size() >= kHoursOfADay) days.push_back(std::move(hours));
    hours.clear();
  };
  for (std::size_t h = 0; h < need.hours(); ++h) {
    const std::int64_t day = (need.start + std::chrono::hours(h)).time_since_epoch() / kDay;
    if (day != today) close();
    today = day;
    if (!std::isnan(need.cpu[h])) hours.push_back(h);
  }
  close();
  return days;
}

std::size_t hosts_for(double cpu, double memory, const Offer& offer, const AdviceOptions& options) {
  const double by_cpu = cpu / (options.cpu_target * static_cast<double>(offer.size.cpu().count()));
  const double by_memory = memory / (options.memory_target * static_cast<double>(offer.size.memory().count()));
  // What is a rounding error over a whole host is that host.
  return static_cast<std::size_t>(std::ceil(std::max({by_cpu, by_memory, 0.0}) - 1e-9));
}

std::vector<Hosts> hosts_by_day(const FleetNeed& need, const Offer& offer, const AdviceOptions& options) {
  std::vector<Hosts> days;
  for (const auto& hours : days_of(need)) {
    Hosts& day = days.emplace_back();
    for (std::size_t h : hours) day.push_back(hosts_for(need.cpu[h], need.memory[h], offer, options));
  }
  return days;
}

// The most hosts that are each needed in more than the share `break_even` of the hours.
std::size_t best_reservation(Hosts& needed, double break_even) {
  const auto rank = static_cast<std::size_t>(std::floor(break_even * static_cast<double>(needed.size())));
  if (rank >= needed.size()) return 0;
  const auto nth = needed.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(needed.begin(), nth, needed.end(), std::greater<>());
  return *nth;
}

double usd(const Offer& offer, std::size_t needed, std::size_t reserved) {
  return static_cast<double>(reserved) * offer.reserved_usd_per_hour +
         static_cast<double>(needed - std::min(needed, reserved)) * offer.on_demand_usd_per_hour;
}

// An hour's saving, averaged over each day.
std::vector<double> saving_by_day(const std::vector<Hosts>& days, const Offer& offer, std::size_t reserved) {
  std::vector<double> savings;
  for (const Hosts& day : days) {
    double sum = 0;
    for (std::size_t needed : day) sum += usd(offer, needed, offer.held) - usd(offer, needed, reserved);
    savings.push_back(sum / static_cast<double>(day.size()));
  }
  return savings;
}

// Of the standard normal, above the median: Abramowitz and Stegun 26.2.23, to 4.5e-4.
double normal_quantile(double level) {
  const double t = std::sqrt(-2 * std::log(1 - level));
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
}

// Draws days in blocks that run on into each other, around the end to the beginning.
class Blocks {
 public:
  Blocks(std::size_t days, std::uint64_t seed)
      // A week keeps the weekdays together; of a short history a quarter, or there would be too few to choose among.
      : days_(days), length_(std::clamp<std::size_t>(days / 4, 1, 7)), random_(seed) {}

  template <class Use>
  void draw(std::size_t count, Use&& use) {
    for (std::size_t done = 0; done < count;) {
      const std::size_t first = random_() % days_;
      for (std::size_t k = 0; k < length_ && done < count; ++k, ++done) use((first + k) % days_);
    }
  }
  // What an interval of so few blocks wants of width beside what they vary by. Means of blocks vary less about the
  // history's own mean than about the true one (by 1 - length/days in variance), and the variance of few is itself a guess
  // (Student's quantile over the normal one, by Cornish and Fisher's expansion).
  double widening(double confidence) const {
    const double blocks = static_cast<double>(std::max(days_, length_ + 1)) / static_cast<double>(length_);
    const double z = normal_quantile((1 + confidence) / 2), freedom = std::max(1.0, blocks - 1);
    const double t = z + (z * z * z + z) / (4 * freedom) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * freedom * freedom);
    return t / z / std::sqrt(1 - 1 / blocks);
  }

 private:
  std::size_t days_, length_;
  std::mt19937_64 random_;
};

double quantile(std::vector<double>& values, double level) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(std::lround(level * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

Interval within(std::vector<double>& values, double confidence) {
  return {quantile(values, (1 - confidence) / 2), quantile(values, (1 + confidence) / 2)};
}

double mean(std::span<const double> values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// How far a coming month may have moved away beside what days vary by, as a standard deviation. The halves of the history
// differ by more than chance (`variance` is that of the whole history's mean; of the halves' difference it is four times that)
// when the fleet changes, and the month lies as much further on as its middle lies from the history's.
double wander(const std::vector<double>& savings, double variance) {
  const std::size_t half = savings.size() / 2;
  const std::span all(savings);
  const double moved = mean(all.last(half)) - mean(all.first(half));
  const double excess = std::max(0.0, moved * moved - 4 * variance);
  return half == 0 ? 0 : std::sqrt(excess) * static_cast<double>(half + kMonth / 2) / static_cast<double>(half);
}

void bootstrap(const std::vector<Hosts>& days, const AdviceOptions& options, Advice& advice) {
  const Offer& offer = advice.offer;
  const std::vector<double> savings = saving_by_day(days, offer, advice.hosts);
  Blocks blocks(days.size(), options.seed);
  const double widening = blocks.widening(options.confidence);
  std::vector<double> hosts, saving;
  Hosts needed;
  double squares = 0;
  for (std::size_t d = 0; d < options.draws; ++d) {
    double past = 0, month = 0;
    needed.clear();
    blocks.draw(days.size(), [&](std::size_t day) {
      past += savings[day] / static_cast<double>(days.size());
      needed.insert(needed.end(), days[day].begin(), days[day].end());
    });
    blocks.draw(kMonth, [&](std::size_t day) { month += savings[day] / kMonth; });
    hosts.push_back(static_cast<double>(std::max(best_reservation(needed, advice.break_even_share), offer.held)));
    saving.push_back(widening * (month - past));
    squares += std::pow(widening * (past - mean(savings)), 2);
  }
  std::mt19937_64 random(options.seed);
  std::normal_distribution<double> moves(0, 1);
  const double sd = wander(savings, squares / static_cast<double>(options.draws));
  const double further = static_cast<double>(advice.hosts - offer.held), estimate = advice.saving_usd_per_month / kHoursPerMonth;
  // A reserved host saves its discount at most and costs its price at worst, whatever happens.
  for (double& s : saving)
    s = kHoursPerMonth * std::clamp(estimate + s + sd * moves(random), -further * offer.reserved_usd_per_hour,
                                    further * (offer.on_demand_usd_per_hour - offer.reserved_usd_per_hour));
  advice.hosts_within = within(hosts, options.confidence);
  advice.saving_within = within(saving, options.confidence);
}

std::vector<double> needed_share(Hosts needed) {
  std::sort(needed.begin(), needed.end());
  std::vector<double> shares;
  for (std::size_t n = 0; !needed.empty() && n < needed.back(); ++n) {
    const auto more = needed.end() - std::upper_bound(needed.begin(), needed.end(), n);
    shares.push_back(static_cast<double>(more) / static_cast<double>(needed.size()));
  }
  return shares;
}

}  // namespace

NeedHistory history_of(const FleetNeed& need) {
  NeedHistory history;
  history.from = need.start;
  history.to = need.start + std::chrono::hours(need.hours());
  history.hours = need.hours();
  history.known_hours = need.known_hours();
  const auto days = days_of(need);
  history.days = static_cast<double>(days.size());
  double half[2] = {};
  for (std::size_t d = 0; d < days.size() / 2 * 2; ++d) {
    double sum = 0;
    for (std::size_t h : days[d]) sum += need.cpu[h];
    half[d < days.size() / 2 ? 0 : 1] += sum / static_cast<double>(days[d].size());
  }
  if (half[0] > 0) history.drift = half[1] / half[0] - 1;
  return history;
}

std::string unfit(const FleetNeed& need, const Offer& offer) {
  if (offer.size.cpu().count() <= 0 || offer.size.memory().count() <= 0) return "has no size";
  const std::pair<Resource, double> wants[] = {{Resource::kCpu, need.largest_cpu}, {Resource::kMemory, need.largest_memory}};
  for (const auto& [r, most] : wants)
    if (most > static_cast<double>(offer.size[r]))
      return fmt::format("one VM needs {} of {}, the host has {}", to_text(r, most), name(r), to_text(r, static_cast<double>(offer.size[r])));
  if (offer.on_demand_usd_per_hour <= 0) return "costs nothing on demand";
  return "";
}

Advice advise(const FleetNeed& need, const Offer& offer, const AdviceOptions& options) {
  Advice advice;
  advice.offer = offer;
  advice.break_even_share = offer.reserved_usd_per_hour / offer.on_demand_usd_per_hour;
  const std::vector<Hosts> days = hosts_by_day(need, offer, options);
  HEADROOM_CHECK(!days.empty(), "advice wants a day of history");
  Hosts all;
  for (const Hosts& day : days) all.insert(all.end(), day.begin(), day.end());
  advice.hosts = std::max(best_reservation(all, advice.break_even_share), offer.held);
  for (std::size_t needed : all) {
    advice.mean_hosts += static_cast<double>(needed);
    advice.peak_hosts = std::max(advice.peak_hosts, needed);
    advice.held_usd_per_month += usd(offer, needed, offer.held);
    advice.advised_usd_per_month += usd(offer, needed, advice.hosts);
  }
  const auto count = static_cast<double>(all.size());
  advice.mean_hosts /= count;
  advice.held_usd_per_month *= kHoursPerMonth / count;
  advice.advised_usd_per_month *= kHoursPerMonth / count;
  advice.saving_usd_per_month = advice.held_usd_per_month - advice.advised_usd_per_month;
  advice.needed_share = needed_share(std::move(all));
  advice.hosts_within = {static_cast<double>(advice.hosts), static_cast<double>(advice.hosts)};
  advice.saving_within = {advice.saving_usd_per_month, advice.saving_usd_per_month};
  if (options.draws > 0) bootstrap(days, options, advice);
  return advice;
}

}  // namespace headroom::cost
