#include "flights.h"

#include <algorithm>

#include "headroom/base/check.h"

namespace headroom {

Flight& Flights::add(Flight flight) {
  HEADROOM_CHECK(flights_.empty() || flights_.back().id < flight.id, "a journal gives ascending ids");
  if (is_about_a_vm(flight.action)) {
    const bool fresh = by_vm_.emplace(flight.action.vm, flight.id).second;
    HEADROOM_CHECK(fresh, "a VM has one action in flight at most");
  }
  count(flight.action, 1);
  flights_.push_back(std::move(flight));
  return flights_.back();
}

void Flights::release(const Flight& flight) {
  if (is_about_a_vm(flight.action)) by_vm_.erase(flight.action.vm);
  count(flight.action, -1);
}

void Flights::sweep() {
  std::erase_if(flights_, [](const Flight& f) { return is_over(f.phase); });
}

HostTraffic Flights::traffic(HostId host) const {
  const auto it = by_host_.find(host);
  return it == by_host_.end() ? HostTraffic{} : it->second;
}

Flight* Flights::find(ActionId id) {
  const auto it = std::lower_bound(flights_.begin(), flights_.end(), id,
                                   [](const Flight& f, ActionId want) { return f.id < want; });
  return it != flights_.end() && it->id == id ? &*it : nullptr;
}

void Flights::count(const Action& action, int change) {
  switch (action.kind) {
    case ActionKind::kMigrate:
      migrations_ += change;
      by_host_[action.from].migrations += change;
      by_host_[action.to].migrations += change;
      return;
    case ActionKind::kResize:
      resizes_ += change;
      by_host_[action.from].resizes += change;
      return;
    case ActionKind::kStartHost:
    case ActionKind::kStopHost:
      power_actions_ += change;
      by_host_[action.from].power_actions += change;
      return;
  }
}

}  // namespace headroom
