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
#include "search.h"

namespace headroom::placement {
namespace {

constexpr std::uint32_t kChainOdds = 700;    // of 1024 rounds
constexpr double kDescent = 0.1;             // of the budget at most
constexpr double kRace = 0.2, kMain = 0.85;  // shares of the budget when that is over
constexpr int kLegs = 4;                     // of the main cooling; between them the worst search becomes the best
// A race tells where to start: from too hot a start the time runs out, from too cold a one the search stays where it is.
constexpr double kStarts[] = {4, 1, 1.0 / 4, 1.0 / 16, 1.0 / 64};  // times an item's mean cost in lanes
constexpr double kFall = 1.0 / 300;          // a cooling ends at this share of its start
constexpr double kLast = 1e-5;               // and the last one here, where only what is cheaper is taken

enum Phase : std::uint64_t { kRacing = 1, kCooling = 100, kFinishing = 200 };

// The lanes' price of an item where everything is above safe, on average: what a temperature is measured by.
double item_scale(const Problem& p) {
  double sum = 0;
  for (std::size_t i = 0; i < p.need.size(); ++i)
    sum += static_cast<double>(p.lanes[i % p.lanes.size()].weight) * static_cast<double>(p.need[i]);
  return std::max(1.0, sum / static_cast<double>(std::max<std::size_t>(1, p.items)));
}

class Solver {
 public:
  Solver(const Problem& problem, const SolveOptions& options)
      : problem_(problem), options_(options), layout_(problem), bound_(lower_bound(problem)) {
    const std::size_t workers = std::max<std::size_t>(1, options.workers);
    const Kernel& loops = kernel(options.set, layout_.width);
    for (std::size_t w = 0; w < workers; ++w)
      searches_.push_back(std::make_unique<Search>(layout_, loops, options.tries / workers, options.spent));
    best_ = problem.home;
    best_cost_ = searches_.front()->present_cost();
  }

  Answer run() {
    Answer answer;
    answer.start_cost = best_cost_;
    answer.bound = bound_;
    each([&](std::size_t, Search& search) { search.descend(kDescent); });
    const double start = race();
    cool(start);
    finish(start);
    answer.assignment = best_;
    answer.cost = best_cost_;
    for (const auto& search : searches_) answer.tally += search->tally();
    return answer;
  }

 private:
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

  // The start temperature that leads to the lowest cost in a short cooling.
  double race() {
    const double scale = item_scale(problem_);
    constexpr std::size_t kRunners = std::size(kStarts);
    const std::size_t searches = searches_.size(), heats = (kRunners + searches - 1) / searches;
    const double begin = searches_.front()->spent();
    const Assignment from = best_;
    std::vector<std::int64_t> reached(kRunners, best_cost_);
    for (std::size_t heat = 0; heat < heats && !over(); ++heat) {
      const double until = begin + (kRace - begin) * static_cast<double>(heat + 1) / static_cast<double>(heats);
      each([&](std::size_t w, Search& search) {
        const std::size_t runner = heat * searches + w;
        if (runner >= kRunners) return;
        search.restart(from);
        const double warm = kStarts[runner] * scale;
        search.anneal({warm, warm * kFall, until, kChainOdds}, Stream(options_.seed, kRacing + runner, 0));
        reached[runner] = search.cost();
      });
    }
    const auto winner = std::min_element(reached.begin(), reached.end()) - reached.begin();
    return kStarts[winner] * scale;
  }

  void cool(double start) {
    const double begin = searches_.front()->spent(), leg_fall = std::pow(kFall, 1.0 / kLegs);
    double warm = start;
    for (int leg = 0; leg < kLegs && !over(); ++leg, warm *= leg_fall) {
      const double until = begin + (kMain - begin) * (leg + 1) / kLegs;
      each([&](std::size_t w, Search& search) {
        search.anneal({warm, warm * leg_fall, until, kChainOdds}, Stream(options_.seed, kCooling + static_cast<std::uint64_t>(leg), w));
      });
      const auto by_cost = [](const auto& a, const auto& b) { return a->present_cost() < b->present_cost(); };
      const auto [best, worst] = std::minmax_element(searches_.begin(), searches_.end(), by_cost);
      if ((*best)->present_cost() < (*worst)->present_cost()) (*worst)->restart((*best)->present());
    }
  }

  // From the best on, warm enough to leave a ditch and not a valley; then nearly cold.
  void finish(double start) {
    if (over()) return;
    each([&](std::size_t w, Search& search) {
      search.restart(best_);
      search.anneal({start * kFall * 4, start * kLast, 1, kChainOdds}, Stream(options_.seed, kFinishing, w));
    });
  }

  const Problem& problem_;
  const SolveOptions& options_;
  Layout layout_;
  std::vector<std::unique_ptr<Search>> searches_;
  std::int64_t bound_;
  Assignment best_;
  std::int64_t best_cost_ = 0;
};

}  // namespace

double Answer::gap() const { return placement::gap(cost, bound); }

Result<Answer> solve(const Problem& problem, const SolveOptions& options) {
  if (auto good = validate(problem); !good) return tl::unexpected(good.error());
  if (const auto breaches = check(problem, problem.home); !breaches.empty())
    return invalid(fmt::format("the start breaks a constraint: {}", breaches.front()));
  Answer answer = Solver(problem, options).run();
  // Nobody gets an answer that the search alone believes in.
  HEADROOM_CHECK(check(problem, answer.assignment).empty(), "no constraint is broken on the way");
  HEADROOM_CHECK(cost_of(problem, answer.assignment).total() == answer.cost, "changes of cost add up to the cost");
  return answer;
}

}  // namespace headroom::placement
