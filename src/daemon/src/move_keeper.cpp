#include "headroom/daemon/move_keeper.h"

namespace headroom {

void MoveKeeper::meet(const std::vector<Host>& hosts) {
  for (const Host& host : hosts) {
    names_[host.id] = host.name;
    ids_[host.name] = host.id;
  }
}

// Out of those of absent hosts.
MoveKeeper::Pairs MoveKeeper::of_those_there() {
  Pairs found;
  for (auto pair = absent_.begin(); pair != absent_.end();) {
    const auto from = ids_.find(pair->first.first), to = ids_.find(pair->first.second);
    if (from == ids_.end() || to == ids_.end()) {
      ++pair;
      continue;
    }
    found[{from->second, to->second}] = pair->second;
    pair = absent_.erase(pair);
  }
  return found;
}

std::optional<MoveMemory> MoveKeeper::take_up(const std::vector<Host>& hosts, Instant begin) {
  if (file_.empty()) return std::nullopt;
  auto learnt = load_moves(file_, begin);
  if (!learnt) {
    if (learnt.error().code != ErrorCode::kNotFound) trouble_ = learnt.error().message;
    return std::nullopt;
  }
  absent_ = std::move(learnt->pairs);
  meet(hosts);
  const MoveErrors errors{learnt->fleet, of_those_there()};
  while (absent_.size() > kMostAbsent) absent_.erase(std::prev(absent_.end()));
  return MoveMemory(errors);
}

LearntMoves MoveKeeper::all_of(const MoveErrors& errors) const {
  LearntMoves all{errors.fleet, absent_};
  for (const auto& [pair, error] : errors.pairs) {
    const auto from = names_.find(pair.first), to = names_.find(pair.second);
    if (from != names_.end() && to != names_.end()) all.pairs[{from->second, to->second}] = error;
  }
  return all;
}

MoveKeeper::Pairs MoveKeeper::arrived(const std::vector<Host>& hosts) {
  if (absent_.empty()) return {};
  meet(hosts);
  return of_those_there();
}

void MoveKeeper::keep(const MoveMemory& moves, const std::vector<Host>& hosts, Instant now, std::vector<std::string>& troubles) {
  if (!trouble_.empty()) troubles.push_back(std::exchange(trouble_, {}));
  if (file_.empty() || moves.finished() == kept_) return;
  meet(hosts);
  const auto saved = save_moves(file_, all_of(moves.errors()), now);
  if (saved) kept_ = moves.finished();
  else troubles.push_back(saved.error().message);
}

}  // namespace headroom
