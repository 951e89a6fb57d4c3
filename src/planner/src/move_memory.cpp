#include "headroom/planner/move_memory.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "headroom/base/nearest_rank.h"
#include "transfer.h"

namespace headroom {
namespace {

DurationMoments moments_of(const migration::Moments& m) { return {m.weight, m.one, m.x, m.xx, m.y, m.xy, m.yy}; }

MoveError error_of(const migration::Learnt& l) {
  return {moments_of(l.duration), {l.downtime.weight, l.downtime.mean_ms, l.downtime.variance}};
}

double off(Duration predicted, Duration took) {
  const auto ms = [](Duration d) { return static_cast<double>(std::max<std::int64_t>(1, d.count())); };
  return std::exp(std::abs(std::log(ms(took) / ms(predicted)))) - 1;
}

}  // namespace

MoveMemory::MoveMemory(const MoveErrors& errors) : learnt_(correction_of(errors)) {}

void MoveMemory::note(const Action& move, Instant ended_at, Duration took, std::optional<Duration> downtime) {
  if (!move.schedule) return;
  learnt_.learn(pair_of(move.from, move.to), move.schedule->estimated, took);
  if (downtime) learnt_.learn_downtime(pair_of(move.from, move.to), move.schedule->estimated_downtime, *downtime);
  newest_.push_back({ended_at, move.vm, move.from, move.to, *move.schedule, took, downtime});
  if (newest_.size() > kKept) newest_.pop_front();
  ++finished_;
}

void MoveMemory::add(const std::map<std::pair<HostId, HostId>, MoveError>& pairs) {
  MoveErrors all = errors();
  all.pairs.insert(pairs.begin(), pairs.end());
  learnt_ = correction_of(all);
}

MoveErrors MoveMemory::errors() const {
  MoveErrors errors{error_of(learnt_.fleet()), {}};
  for (const auto& [pair, learnt] : learnt_.pairs()) errors.pairs[{HostId(pair.from), HostId(pair.to)}] = error_of(learnt);
  return errors;
}

MoveError error_of_factor(double weight, double mean_log, double variance) {
  return {moments_of(migration::Moments::of_factor(weight, std::exp(mean_log), variance)), {}};
}

MoveAccuracy accuracy_of(const std::deque<FinishedMove>& moves) {
  MoveAccuracy a;
  a.moves = moves.size();
  if (moves.empty()) return a;
  std::vector<double> formula, predicted, downtime_ms;
  for (const FinishedMove& m : moves) {
    a.within_95 += m.took <= m.predicted.takes_95 ? 1 / static_cast<double>(moves.size()) : 0;
    formula.push_back(off(m.predicted.estimated, m.took));
    predicted.push_back(off(m.predicted.takes, m.took));
    if (m.downtime) downtime_ms.push_back(std::abs(static_cast<double>((*m.downtime - m.predicted.downtime).count())));
  }
  a.formula = {nearest_rank(formula, 0.5), nearest_rank(formula, 0.9)};
  a.predicted = {nearest_rank(predicted, 0.5), nearest_rank(predicted, 0.9)};
  a.downtimes = downtime_ms.size();
  a.downtime_off_p90 = Duration(std::llround(nearest_rank(downtime_ms, 0.9)));
  return a;
}

}  // namespace headroom
