#include "refusals.h"

#include <fmt/format.h>

namespace headroom::access {
namespace {

std::string kind_of(const AuditEntry& e) {
  std::string kind;
  for (const std::string* text : {&e.who, &e.role, &e.from, &e.action, &e.target, &e.outcome}) kind += fmt::format("{}:{},", text->size(), *text);
  return kind;
}

}  // namespace

bool Refusals::first_of_its_kind(const AuditEntry& entry, Instant now) {
  const std::string kind = kind_of(entry);
  if (const auto known = kinds_.find(kind); known != kinds_.end()) {
    ++known->second.times;
    return false;
  }
  if (kinds_.size() < kMostKinds) kinds_.emplace(kind, Again{entry, now, 0});
  return true;
}

std::vector<AuditEntry> Refusals::take_counts(Instant now, bool all) {
  std::vector<AuditEntry> counts;
  for (auto it = kinds_.begin(); it != kinds_.end();) {
    Again& again = it->second;
    // A clock that was set back ends a window rather than making it longer.
    if (!all && now - again.since < kWindow && now >= again.since) {
      ++it;
      continue;
    }
    if (again.times > 0) {
      again.entry.outcome += fmt::format(" ({} more since {})", again.times, to_rfc3339(again.since));
      counts.push_back(std::move(again.entry));
    }
    it = kinds_.erase(it);
  }
  return counts;
}

}  // namespace headroom::access
