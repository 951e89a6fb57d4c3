#include "headroom/placement/solve.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <thread>

#include "headroom/base/check.h"
#include "headroom/placement/bound.h"
#include "headroom/placement/check.h"
#include "ladder.h"
#include "packing.h"

namespace headroom::placement {
namespace {

// Chains find a way into full hosts and cost fifty times a plain try. Each way has a pilot.
constexpr Way kWays[] = {{true, 60}, {false, 700}, {false, 60}};
constexpr double kDescent = 0.1;     // of the budget at most
constexpr double kPilot = 0.05;      // of the budget, each pilot
constexpr int kExchangeEvery = 6;    // steps; then the worst search goes on from where the best is
constexpr double kMelted = 1.2;      // of the pilot's last cost, where that is above the descent's: the cooling starts there
constexpr double kIdle = 0.1;        // of a mean step's time goes to one where the pilot saw nothing happen
constexpr double kNotable = 0.05;    // of the cost: a step that loses less gets less time
constexpr double kFine = 1e-3;       // of the cost: where less is left to lose, steps are fine ones
constexpr double kFineShare = 0.1;   // of the time, for all fine steps; items that are away are drawn more often there

constexpr double kTie = 1e-3;        // of the cost: soft limits that gain less by it have shown nothing
constexpr double kNear = 0.03;       // pilots that end within this share of each other do not tell which way is better
constexpr double kFrozen = 0.1;      // of the lanes of all hosts: a pilot that loses more by the temperature lags behind it

// Where hosts have prices.
constexpr double kGlance = 0.03;     // of the budget at most, for a descent to compare with
constexpr double kPacking = 0.85;    // of the budget; the rest finishes what it packed
constexpr double kAsGood = 1.005;    // of what packing came to: a pilot that ends below has more to gain
constexpr double kLate = 1e-3, kLatest = 1e-6;  // of what an item costs, temperatures of that

enum Phase : std::uint64_t { kPiloting = 1, kCooling = 10'000, kSoftCooling = 20'000, kPack = 30'000 };

// The lanes' price of an item where everything is above safe, and of what hosts cost its part, on average, and what soft constraints
// and the start's breaches could cost or do: what a temperature is measured by.
double item_scale(const Problem& p) {
  double sum = p.breach_price == 0 ? 0 : static_cast<double>(cost_of(p, p.home).breaches);
  for (const Wish& wish : p.wishes) sum += static_cast<double>(wish.price);
  for (const Relation& relation : p.relations)
    sum += static_cast<double>(relation.price) * static_cast<double>(relation.members.size());
  for (std::size_t at = 0; at < p.risk_mean.size(); ++at)
    sum += static_cast<double>(p.risks[at % p.risks.size()].weight) * static_cast<double>(p.risk_mean[at]);
  for (std::size_t i = 0; i < p.need.size(); ++i)
    sum += static_cast<double>(p.lanes[i % p.lanes.size()].weight) * static_cast<double>(p.need[i]);
  for (std::int64_t price : p.open_price) sum += static_cast<double>(price);
  std::vector<double> use_price(p.lanes.size(), 0);
  for (std::size_t i = 0; i < p.use_price.size(); ++i)
    use_price[i % p.lanes.size()] += static_cast<double>(p.use_price[i]) / static_cast<double>(p.hosts);
  for (std::size_t i = 0; i < p.need.size(); ++i) sum += use_price[i % p.lanes.size()] * static_cast<double>(p.need[i]);
  return std::max(1.0, sum / static_cast<double>(std::max<std::size_t>(1, p.items)));
}

class Solver {
 public:
  Solver(const Problem& problem, const SolveOptions& options)
      : problem_(problem), options_(options), layout_(problem), scale_(item_scale(problem)), ladder_(scale_),
        bound_(lower_bound(problem, layout_.relaxed)) {
    const std::size_t workers = std::max<std::size_t>(1, options.workers);
    const Kernel& loops = kernel(options.set, layout_);
    for (std::size_t w = 0; w < workers; ++w)
      searches_.push_back(std::make_unique<Search>(layout_, loops, options.tries / workers, options.spent));
    best_ = problem.home;
    best_cost_ = searches_.front()->present_cost();
  }

  Answer run() {
    Answer answer;
    answer.start_cost = best_cost_;
    answer.bound = bound_;
    descend(layout_.priced ? kGlance : kDescent);
    if (layout_.priced) pack_or_anneal();
    else anneal_all();
    answer.assignment = best_;
    answer.cost = best_cost_;
    for (const auto& search : searches_) answer.tally += search->tally();
    if (options_.progress) options_.progress({1, best_cost_});
    return answer;
  }

 private:
  void descend(double until) {
    each([&](std::size_t, Search& search) {
      search.descend(until);
      search.empty_hosts(until);
    });
    descended_ = best_cost_;
  }

  // Where hosts have prices they are packed (packing.h), and that is finished, unless it came nowhere near the bound and annealing
  // everything in no time does about as well.
  void pack_or_anneal() {
    bool near = false;
    std::vector<std::uint8_t> each_near(searches_.size(), 0);
    each([&](std::size_t w, Search& search) {
      search.restart(problem_.home);
      each_near[w] = Packing(search).run(kPacking, Stream(options_.seed, kPack, w));
    });
    for (std::uint8_t one : each_near) near = near || one != 0;
    if (!near && !over()) {
      const std::int64_t packed = best_cost_;
      const Pilot guide = pilots().hard;
      if (packed >= descended_ || guide.means.empty() || guide.means.back() < kAsGood * static_cast<double>(packed))
        return cool(guide, 1);
      each([&](std::size_t w, Search& search) {
        search.restart(best_);
        Packing(search).resume(kPacking, Stream(options_.seed, kPack + 1, w));
      });
    }
    finish();
  }

  // After packing, everywhere: hosts are drained, items go home.
  void finish() {
    if (over()) return;
    const double scale = static_cast<double>(best_cost_) / static_cast<double>(std::max<std::size_t>(1, problem_.items));
    each([&](std::size_t w, Search& search) {
      search.restart(best_);
      search.anneal({.from = kLate * scale, .to = kLatest * scale, .until = 1, .chain_odds = kWays[2].chain_odds, .homing = true},
                    Stream(options_.seed, kPack + 2, w));
    });
  }

  // The way whose pilot got farther; both, one after the other, where they ended near each other.
  void anneal_all() {
    const auto [soft, hard] = pilots();
    const bool softly = rivals(soft, hard), hardly = rivals(hard, soft);
    if (!softly) return cool(hard, 1);
    if (hardly) cool(hard, (1 + searches_.front()->spent()) / 2);
    if (!over()) cool_softly(soft);
    cool(soft, 1);
  }

  // Runs a step of every search, on as many threads as there may be. What each does depends on its number only.
  template <class Step>
  void each(Step&& step) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t w = next++; w < searches_.size(); w = next++) step(w, *searches_[w]);
    };
    std::vector<std::thread> others;
    for (std::size_t t = 1; t < std::min(options_.threads, searches_.size()); ++t) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    for (const auto& search : searches_) {
      if (search->cost() >= best_cost_) continue;
      best_cost_ = search->cost();
      best_ = search->best();
    }
    if (options_.progress) options_.progress({std::min(1.0, searches_.front()->spent()), best_cost_});
  }

  bool over() const { return best_cost_ <= bound_ || searches_.front()->spent() >= 1; }

  // A step of every search, at one temperature after another.
  void anneal(int step, double until, const Way& way, std::uint64_t phase, bool fine = false) {
    Cooling cooling = ladder_.at(step, until, way);
    cooling.homing = fine;
    const bool is_soft = ladder_.soft(way, step);
    each([&](std::size_t w, Search& search) {
      if (is_soft && !search.soft()) search.soften(scale_);
      if (!is_soft && search.soft()) search.firm(best_);
      search.anneal(cooling, Stream(options_.seed, phase, w));
    });
  }

  // A quick cooling from the hottest to the coldest, and the mean cost of each step of it.
  struct Pilot {
    Way way = kWays[1];
    std::int64_t reached = 0;
    std::vector<double> means;
  };

  // Of those with soft limits and of those between walls the one that got farthest; where none found anything better, the one that
  // ended lowest.
  struct Pilots {
    Pilot soft, hard;
  };
  Pilots pilots() {
    Pilots best;
    const Assignment from = best_;
    for (std::size_t number = 0; number < std::size(kWays) && !over(); ++number) {
      if (kWays[number].soft && layout_.priced) continue;  // it would melt what drains and the guide have packed
      each([&](std::size_t, Search& search) { search.restart(from); });
      Pilot one = pilot(number);
      Pilot& of_its_kind = one.way.soft ? best.soft : best.hard;
      if (of_its_kind.means.empty() || farther(one, of_its_kind)) of_its_kind = std::move(one);
    }
    return best;
  }

  // One ran, and did not end much above the other.
  static bool rivals(const Pilot& one, const Pilot& other) {
    if (one.means.empty() || other.means.empty()) return !one.means.empty();
    return static_cast<double>(one.reached) < (1 + kNear) * static_cast<double>(other.reached);
  }

  static bool farther(const Pilot& a, const Pilot& b) {
    if (a.reached != b.reached || a.means.empty() || b.means.empty()) return a.reached < b.reached;
    return a.means.back() < b.means.back();
  }

  Pilot pilot(std::size_t number) {
    Pilot out;
    out.way = kWays[number];
    const double begin = searches_.front()->spent();
    const int first = out.way.soft ? ladder_.softest() : 0, steps = ladder_.steps();
    out.means.assign(static_cast<std::size_t>(first), 0);
    for (int step = first; step < steps && !over(); ++step) {
      anneal(step, begin + kPilot * (step + 1 - first) / (steps - first), out.way,
             kPiloting + number * static_cast<std::uint64_t>(steps) + static_cast<std::uint64_t>(step));
      out.means.push_back(searches_.front()->mean_cost());
    }
    out.reached = searches_.front()->cost();
    for (const auto& search : searches_) out.reached = std::min(out.reached, search->cost());
    if (out.way.soft) out.reached += static_cast<std::int64_t>(kTie * static_cast<double>(out.reached));
    return out;
  }

  // Where hosts have prices, a pilot that ends above the descent has melted a packing that it was too quick to find again. The
  // main cooling then goes on from the best there is, at temperatures that leave it whole.
  bool stays_packed(const std::vector<double>& means) const {
    return layout_.priced && !means.empty() && means.back() > static_cast<double>(descended_);
  }

  // How the time is shared among the steps of the main cooling. It starts where the mean cost falls below that of the descent;
  // a step's time goes with the root of its heat, which is what the pilot lost there over the temperature, as long as that is
  // a notable part of the cost. Heat has a limit: what a search loses when it is cold, though a slower one would have lost it while it
  // was warm, says nothing of where time is well spent. The steps at the cold end where hardly anything is left to lose share what is
  // set aside.
  struct Shares {
    std::vector<double> of_steps;
    int fine = 0;  // the first fine step
  };
  Shares shares(const std::vector<double>& means, int from) const {
    Shares out{std::vector<double>(means.size(), 0)};
    std::size_t first = std::min(static_cast<std::size_t>(from), means.size()), fine = means.size();
    const double start = stays_packed(means) ? kMelted * means.back() : static_cast<double>(descended_);
    for (std::size_t s = first; s < means.size(); ++s)
      if (means[s] > start) first = s;
    while (fine > first && means[fine - 1] - means.back() < kFine * means.back()) --fine;
    share_out(means, first, fine, kNotable, 1 - kFineShare, out.of_steps);
    share_out(means, fine, means.size(), 0, kFineShare, out.of_steps);
    out.fine = static_cast<int>(fine);
    return out;
  }

  // The steps from `first` to before `end` get `whole` together; one that loses less than `notable` of the cost gets less.
  void share_out(const std::vector<double>& means, std::size_t first, std::size_t end, double notable, double whole,
                 std::vector<double>& out) const {
    const double hottest = kFrozen * static_cast<double>(problem_.hosts * problem_.lanes.size());
    double sum = 0;
    for (std::size_t s = first; s < end; ++s) {
      const double lost = s + 1 < means.size() ? std::max(0.0, means[s] - means[s + 1]) : 0;
      out[s] = std::sqrt(std::min(hottest, lost / ladder_.temperature(static_cast<double>(s) + 1)));
      if (lost < notable * means[s]) out[s] *= lost / (notable * means[s]);
      sum += out[s];
    }
    const auto count = static_cast<double>(end - first);
    const double idle = sum > 0 ? kIdle * sum / count : 1;
    for (std::size_t s = first; s < end; ++s) out[s] = (out[s] + idle) / (sum + idle * count) * whole;
  }

  // With soft limits, from the softest on; the search goes on from the best. The more of the cost was lost where it is colder the more
  // time is left for that.
  void cool_softly(const Pilot& guide) {
    const int first = ladder_.softest(), end = ladder_.firm();
    const std::size_t firm = std::min(guide.means.size() - 1, static_cast<std::size_t>(end));
    const double cold = 1 - guide.means.back() / std::max(1.0, guide.means[firm]);
    const double begin = searches_.front()->spent();
    const double length = (1 - begin) * (1 - std::clamp(cold, kFineShare, 1 - kFineShare)) / (end - first);
    for (int step = first; step < end && !over(); ++step)
      anneal(step, begin + length * (step + 1 - first), guide.way, kSoftCooling + static_cast<std::uint64_t>(step));
    each([&](std::size_t, Search& search) {
      if (search.soft()) search.firm(best_);
    });
    each([&](std::size_t, Search& search) { search.restart(best_); });
  }

  // What the guide went through, and with soft limits what is colder than they are.
  void cool(const Pilot& guide, double end) {
    const std::vector<double>& means = guide.means;
    const Way& way = guide.way;
    const Shares shares = this->shares(means, way.soft ? ladder_.firm() : 0);
    const std::vector<double>& times = shares.of_steps;
    double sum = 0, gone = 0;
    for (double time : times) sum += time;
    const double begin = searches_.front()->spent();
    if (stays_packed(means)) each([&](std::size_t, Search& search) { search.restart(best_); });
    for (int step = 0; step < static_cast<int>(times.size()) && !over(); ++step) {
      const double time = times[static_cast<std::size_t>(step)];
      if (time == 0) continue;
      gone += time;
      const double until = begin + (end - begin) * gone / sum;
      anneal(step, until, way, kCooling + static_cast<std::uint64_t>(step), step >= shares.fine);
      if (step % kExchangeEvery == 0) exchange();
    }
    // The last shares add up to all but a rounding error.
    if (!over() && !times.empty()) anneal(ladder_.steps(), end, way, kCooling - 1, true);
  }

  void exchange() {
    const auto by_cost = [](const auto& a, const auto& b) { return a->present_cost() < b->present_cost(); };
    const auto [best, worst] = std::minmax_element(searches_.begin(), searches_.end(), by_cost);
    if ((*best)->present_cost() < (*worst)->present_cost()) (*worst)->restart((*best)->present());
  }

  const Problem& problem_;
  const SolveOptions& options_;
  Layout layout_;
  double scale_;
  Ladder ladder_;
  std::vector<std::unique_ptr<Search>> searches_;
  std::int64_t bound_;
  Assignment best_;
  std::int64_t best_cost_ = 0;
  std::int64_t descended_ = 0;  // after the descent
};

}  // namespace

double Answer::gap() const { return placement::gap(cost, bound); }

Result<Answer> solve(const Problem& problem, const SolveOptions& options) {
  if (auto good = validate(problem); !good) return tl::unexpected(good.error());
  if (const auto breaches = check(problem, problem.home); !breaches.empty() && problem.breach_price == 0)
    return invalid(fmt::format("the start breaks a constraint: {}", breaches.front()));
  Answer answer = Solver(problem, options).run();
  // Nobody gets an answer that the search alone believes in.
  HEADROOM_CHECK(new_breaches(problem, answer.assignment).empty(), "no constraint is broken on the way");
  HEADROOM_CHECK(cost_of(problem, answer.assignment).total() == answer.cost, "changes of cost add up to the cost");
  return answer;
}

}  // namespace headroom::placement
