#include "published.h"

#include <algorithm>

namespace headroom::consolidation {
namespace {

// Minimum migration time: the least memory, the first of equals.
std::uint32_t fastest_to_move(const Trial& trial, std::size_t h) {
  const auto& guests = trial.host(h).guests;
  const auto& vms = trial.site().vms;
  return std::min_element(guests.begin(), guests.end(), [&](const Guest& a, const Guest& b) {
           return vms[a.vm].kind.ram_mb < vms[b.vm].kind.ram_mb;
         })->vm;
}

std::vector<std::uint32_t> vms_on(const Trial& trial, std::size_t h) {
  std::vector<std::uint32_t> vms;
  for (const Guest& g : trial.host(h).guests) vms.push_back(g.vm);
  return vms;
}

// The least loaded, the first of equals, of those that have load and somebody to move; hosts.size() when there is none.
std::size_t least_loaded(const Trial& trial, const std::vector<bool>& excluded) {
  double least = 1;  // a full host is never tried
  std::size_t found = excluded.size();
  for (std::size_t h = 0; h < excluded.size(); ++h) {
    if (excluded[h] || trial.host(h).guests.empty()) continue;
    const double utilisation = trial.host(h).utilisation();
    if (utilisation <= 0 || utilisation >= least) continue;
    least = utilisation;
    found = h;
  }
  return found;
}

}  // namespace

std::vector<Move> PublishedPolicy::decide(Trial& trial) {
  std::vector<std::size_t> over;
  std::vector<bool> is_over(trial.site().hosts.size());
  for (std::size_t h = 0; h < is_over.size(); ++h) {
    is_over[h] = overloaded_(trial.outlook(h), *trial.host(h).kind);
    if (is_over[h]) over.push_back(h);
  }
  std::vector<Move> moves = relieve(trial, over, is_over);
  // What was just moved away is not spared: it may be moved on, and then counts twice. CloudSim means to spare it, and looks
  // for it in a list that is still empty.
  for (const Move& move : empty_hosts(trial, is_over)) moves.push_back(move);
  return moves;
}

std::vector<Move> PublishedPolicy::relieve(Trial& trial, const std::vector<std::size_t>& over,
                                           const std::vector<bool>& excluded) {
  std::vector<std::uint32_t> leaving;
  for (std::size_t h : over)
    do {
      if (trial.host(h).guests.empty()) break;
      leaving.push_back(fastest_to_move(trial, h));
      trial.take(leaving.back(), h);
    } while (overloaded_(trial.outlook(h), *trial.host(h).kind));
  sort_by_demand(leaving, trial.site());
  std::vector<Move> moves;
  for (std::uint32_t vm : leaving) {
    const auto to = best_host(trial, vm, excluded, overloaded_);
    if (!to) continue;  // it stays
    trial.put(vm, *to, trial.site().vms[vm].asks);
    moves.push_back({vm, *to});
  }
  return moves;
}

// There is no threshold: every host that is not overloaded is tried, and one that could not be emptied takes nobody in.
std::vector<Move> PublishedPolicy::empty_hosts(Trial& trial, const std::vector<bool>& over) {
  std::vector<bool> receives_not = over;
  for (std::size_t h = 0; h < over.size(); ++h)
    if (trial.host(h).utilisation() == 0) receives_not[h] = true;
  std::vector<bool> stays = receives_not;
  std::vector<Move> moves;
  for (std::size_t h; (h = least_loaded(trial, stays)) < stays.size();) {
    stays[h] = receives_not[h] = true;
    for (const Move& move : empty_host(trial, h, receives_not)) {
      stays[move.to] = true;
      moves.push_back(move);
    }
  }
  return moves;
}

// All or nobody. Who is found a place stays listed on the old host too, which nobody looks at again.
std::vector<Move> PublishedPolicy::empty_host(Trial& trial, std::size_t h, const std::vector<bool>& excluded) {
  std::vector<std::uint32_t> vms = vms_on(trial, h);
  sort_by_demand(vms, trial.site());
  std::vector<Move> moves;
  for (std::uint32_t vm : vms) {
    const auto to = best_host(trial, vm, excluded, overloaded_);
    if (!to) {
      for (const Move& move : moves) trial.take(move.vm, move.to);
      return {};
    }
    trial.put(vm, *to, trial.site().vms[vm].asks);
    moves.push_back({vm, *to});
  }
  return moves;
}

}  // namespace headroom::consolidation
