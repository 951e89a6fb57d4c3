#include "headroom/planner/move_memory.h"

#include <cmath>

#include "transfer.h"

namespace headroom {
namespace {

DurationError error_of(const migration::Correction::Track& t) { return {t.weight, t.mean, t.variance}; }

double off(Duration predicted, Duration took) {
  const auto ms = [](Duration d) { return static_cast<double>(std::max<std::int64_t>(1, d.count())); };
  return std::exp(std::abs(std::log(ms(took) / ms(predicted)))) - 1;
}

}  // namespace

MoveMemory::MoveMemory(const MoveErrors& errors) : learnt_(correction_of(errors)) {}

void MoveMemory::note(const Action& move, Instant ended_at, Duration took, std::optional<Duration> downtime) {
  if (!move.schedule) return;
  learnt_.learn(pair_of(move.from, move.to), move.schedule->estimated, took);
  newest_.push_back({ended_at, move.vm, move.from, move.to, *move.schedule, took, downtime});
  if (newest_.size() > kKept) newest_.pop_front();
  ++finished_;
}

MoveErrors MoveMemory::errors() const {
  MoveErrors errors{error_of(learnt_.fleet()), {}};
  for (const auto& [pair, track] : learnt_.pairs()) errors.pairs[{HostId(pair.from), HostId(pair.to)}] = error_of(track);
  return errors;
}

MoveAccuracy accuracy_of(const std::deque<FinishedMove>& moves) {
  MoveAccuracy a;
  a.moves = moves.size();
  if (moves.empty()) return a;
  const double share = 1 / static_cast<double>(moves.size());
  for (const FinishedMove& m : moves) {
    a.within_95 += m.took <= m.predicted.takes_95 ? share : 0;
    a.formula_off += share * off(m.predicted.estimated, m.took);
    a.predicted_off += share * off(m.predicted.takes, m.took);
  }
  return a;
}

}  // namespace headroom
