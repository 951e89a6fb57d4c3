#include "headroom/migration/schedule.h"

#include <algorithm>
#include <tuple>

#include "least.h"
#include "run.h"

namespace headroom::migration {
namespace {

constexpr double kNear = 1.03;                 // times the least makespan: not worth another run
constexpr std::uint32_t kMostShakes = 8;
constexpr std::size_t kMostWork = 300'000;     // trips and hosts looked at in all runs: some 0.1 s
constexpr int kTries = 8;                      // with other detours, before there are none

// What a schedule is judged by: what it costs not to move those it refuses; then when it is over, times what it sends, so that a
// detour has to shorten it by more than it lengthens what is sent.
auto worth(const Problem& problem, const Schedule& s) {
  std::int64_t refused = 0;
  double bytes = 0;
  for (const Refusal& r : s.refused) refused += problem.moves[static_cast<std::size_t>(r.move)].importance;
  for (const Leg& leg : s.legs) bytes += static_cast<double>(leg.bytes.count());
  return std::tuple(refused, s.refused.size(), static_cast<double>(s.makespan.count()) * bytes);
}

// Runs strategies and keeps the best schedule.
class Attempts {
 public:
  Attempts(const Problem& problem, const Correction& learnt)
      : p_(problem), learnt_(learnt), free_(free_at_first(problem)), best_(sound_run(first())) {
    set_least();
  }

  // Somebody is too late who need not have been from the beginning.
  bool too_late() const {
    return std::any_of(best_.refused.begin(), best_.refused.end(), [](const Refusal& r) {
      return r.reason == RefusalReason::kTooLate && r.latest_start.count() >= 0;
    });
  }
  bool worth_more() const {
    const double least = static_cast<double>(best_.least_makespan.count());
    return work_ < kMostWork && (too_late() || static_cast<double>(best_.makespan.count()) > kNear * least);
  }

  void attempt(const Strategy& strategy) {
    Schedule other = sound_run(strategy);
    if (worth(p_, other) >= worth(p_, best_)) return;
    best_ = std::move(other);
    set_least();
  }

  Schedule take() { return std::move(best_); }

 private:
  // Where places are what there is too little of, nobody takes one for longer than at his full rate.
  Strategy first() const {
    const Least least = least_of(p_, learnt_, direct_legs(p_));
    const bool links = least.by_links > least.by_places;
    return {.leftovers = links, .share = links};
  }
  void set_least() {
    const Least least = least_of(p_, learnt_, best_.legs);
    best_.least_makespan = std::max(least.by_links, least.by_places);
  }

  // A run that leaves nobody on a detour: whoever was left there is barred from it, and all is thought through again.
  Schedule sound_run(const Strategy& strategy) {
    std::vector<bool> barred(p_.moves.size(), false);
    for (int i = 0;; ++i) {
      Draft draft = Run(p_, learnt_, free_, strategy, barred).go();
      work_ += draft.work;
      if (draft.stranded.empty()) return std::move(draft.schedule);
      if (i + 1 == kTries) barred.assign(barred.size(), true);
      for (std::int32_t move : draft.stranded) barred[static_cast<std::size_t>(move)] = true;
    }
  }

  const Problem& p_;
  const Correction& learnt_;
  std::vector<std::int64_t> free_;
  std::size_t work_ = 0;
  Schedule best_;
};

}  // namespace

Result<Schedule> make_schedule(const Problem& problem, const Correction& learnt) {
  if (const auto valid = validate(problem); !valid) return tl::unexpected(valid.error());
  Attempts attempts(problem, learnt);
  if (attempts.too_late()) attempts.attempt({.importance_first = true});
  for (const Strategy& other : {Strategy{.leftovers = false}, Strategy{.patient = false}, Strategy{.share = false}, Strategy{.queues_first = false}})
    if (attempts.worth_more()) attempts.attempt(other);
  for (std::uint32_t shake = 1; shake <= kMostShakes && attempts.worth_more(); ++shake)
    attempts.attempt({.leftovers = shake % 2 == 0, .patient = shake % 4 < 2, .shake = shake});
  return attempts.take();
}

}  // namespace headroom::migration
