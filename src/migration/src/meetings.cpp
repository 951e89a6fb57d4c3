#include "meetings.h"

namespace headroom::migration {

Meetings::Meetings(const Problem& p) : sets_of_(p.on.size()) {
  std::vector<bool> moves(p.on.size(), false);
  for (const Move& m : p.moves) moves[static_cast<std::size_t>(m.item)] = true;
  for (std::size_t s = 0; s < p.apart.size(); ++s) {
    const std::vector<std::int32_t>& set = p.apart[s];
    if (std::none_of(set.begin(), set.end(), [&](std::int32_t i) { return moves[static_cast<std::size_t>(i)]; })) continue;
    for (std::int32_t item : set) {
      const auto i = static_cast<std::size_t>(item);
      places_[key(static_cast<std::int32_t>(s), p.on[i])].present.push_back(item);
      if (moves[i]) sets_of_[i].push_back(static_cast<std::int32_t>(s));
    }
  }
}

std::vector<std::int32_t> Meetings::kept_off_by(std::int32_t item, std::int32_t host) const {
  std::vector<std::int32_t> out;
  for (std::int32_t set : sets_of_[static_cast<std::size_t>(item)])
    if (const auto place = places_.find(key(set, host)); place != places_.end())
      for (std::int32_t other : place->second.present)
        if (other != item) out.push_back(other);
  return out;
}

bool Meetings::allow(std::int32_t item, std::int32_t host) const {
  for (std::int32_t set : sets_of_[static_cast<std::size_t>(item)])
    if (const auto place = places_.find(key(set, host)); place != places_.end() && !place->second.present.empty()) return false;
  return true;
}

void Meetings::come(std::int32_t item, std::int32_t host, Waits& waits) {
  for (std::int32_t set : sets_of_[static_cast<std::size_t>(item)]) {
    Place& place = places_[key(set, host)];
    for (std::int32_t leg : place.left_by) waits.add(leg);
    place.left_by.clear();
    place.present.push_back(item);
  }
}

void Meetings::leave(std::int32_t item, std::int32_t host, std::int32_t leg) {
  for (std::int32_t set : sets_of_[static_cast<std::size_t>(item)]) {
    Place& place = places_[key(set, host)];
    std::erase(place.present, item);
    place.left_by.push_back(leg);
  }
}

}  // namespace headroom::migration
