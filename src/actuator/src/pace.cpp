#include "pace.h"

#include <algorithm>

#include "flights.h"

namespace headroom {
namespace {

constexpr Duration kBudgetWindow = std::chrono::hours(1);

}  // namespace

bool shrinks(const Action& action) { return !action.before.fits_in(action.after); }

std::optional<Instant>& Pace::last(const Action& action) {
  Attempts& attempts = attempts_[action.vm];
  return action.kind == ActionKind::kMigrate ? attempts.migration : attempts.resize;
}

void Pace::begun(const Action& action, Instant at) {
  if (limits_.actions_per_hour != kNoLimit) begun_.push_back(at);
  ended(action, at);
}

void Pace::ended(const Action& action, Instant at) {
  if (!is_about_a_vm(action)) return;
  auto& when = last(action);
  when = std::max(when.value_or(at), at);
}

void Pace::refused(Instant begun_at) {
  const auto spent = std::find(begun_.begin(), begun_.end(), begun_at);
  if (spent != begun_.end()) begun_.erase(spent);
}

int Pace::begun_in_last_hour(Instant now) {
  while (!begun_.empty() && begun_.front() + kBudgetWindow <= now) begun_.pop_front();
  return static_cast<int>(begun_.size());
}

bool Pace::budget_left(Instant now) {
  return limits_.actions_per_hour == kNoLimit || begun_in_last_hour(now) < limits_.actions_per_hour;
}

std::optional<Instant> Pace::cooling_until(const Action& action, Instant now) const {
  const auto it = attempts_.find(action.vm);
  if (!is_about_a_vm(action) || it == attempts_.end()) return std::nullopt;
  const bool moves = action.kind == ActionKind::kMigrate;
  const auto& attempted = moves ? it->second.migration : it->second.resize;
  if (!attempted) return std::nullopt;
  const Duration cooldown =
      moves ? limits_.migrate_cooldown : shrinks(action) ? limits_.shrink_cooldown : limits_.grow_cooldown;
  if (*attempted + cooldown <= now) return std::nullopt;
  return *attempted + cooldown;
}

Duration Pace::memory() const {
  return std::max({kBudgetWindow, limits_.grow_cooldown, limits_.shrink_cooldown, limits_.migrate_cooldown});
}

}  // namespace headroom
