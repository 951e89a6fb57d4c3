#include "greedy_moves.h"

#include <algorithm>
#include <set>

namespace headroom::bench {
namespace {

using migration::Move;
using migration::Problem;

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

class Greedy {
 public:
  Greedy(const Problem& p, const migration::Correction& learnt)
      : p_(p), learnt_(learnt), free_(p.capacity), on_(p.on), going_to_(p.on.size(), -1), busy_(p.hosts.size(), false) {
    for (std::size_t i = 0; i < on_.size(); ++i) charge(on_[i], &p_.need[i * p_.lanes], 1);
  }

  GreedyMoves go() {
    std::vector<std::size_t> waiting;
    for (std::size_t m = 0; m < p_.moves.size(); ++m) waiting.push_back(m);
    GreedyMoves out;
    while (true) {
      std::erase_if(waiting, [&](std::size_t m) { return start(m); });
      if (running_.empty()) break;
      now_ = running_.begin()->first;
      out.makespan = now_;
      while (!running_.empty() && running_.begin()->first == now_) finish(running_.begin()->second);
    }
    out.refused = refused_ + waiting.size();
    return out;
  }

 private:
  void charge(std::int32_t host, const std::int64_t* row, std::int64_t times) {
    for (std::size_t l = 0; l < p_.lanes; ++l) free_[at(host) * p_.lanes + l] -= times * row[l];
  }
  const std::int64_t* there(std::size_t m) const {
    return p_.need_there.empty() ? &p_.need[at(p_.moves[m].item) * p_.lanes] : &p_.need_there[m * p_.lanes];
  }

  bool has_room(std::size_t m) const {
    const Move& move = p_.moves[m];
    for (std::size_t l = 0; l < p_.lanes; ++l)
      if (there(m)[l] > 0 && there(m)[l] > free_[at(move.to) * p_.lanes + l]) return false;
    for (const auto& set : p_.apart)
      if (std::find(set.begin(), set.end(), move.item) != set.end())
        for (std::int32_t other : set)
          if (other != move.item && (on_[at(other)] == move.to || going_to_[at(other)] == move.to)) return false;
    return true;
  }

  // True when it need not be looked at again.
  bool start(std::size_t m) {
    const Move& move = p_.moves[m];
    const std::int32_t from = on_[at(move.item)];
    if (busy_[at(from)] || busy_[at(move.to)]) return false;
    const BytesPerSecond rate = std::min(p_.hosts[at(from)].out, p_.hosts[at(move.to)].in);
    const auto e = estimate(move.payload, rate, p_.how);
    const auto outlook = learnt_.of({p_.hosts[at(from)].id, p_.hosts[at(move.to)].id});
    if (!e.converges || (move.breach && now_ + outlook.late(e.duration) > *move.breach)) return ++refused_ > 0;
    if (!has_room(m)) return false;
    charge(move.to, there(m), 1);
    going_to_[at(move.item)] = move.to;
    busy_[at(from)] = busy_[at(move.to)] = true;
    running_.emplace(now_ + outlook.expected(e.duration), m);
    return true;
  }

  void finish(std::size_t m) {
    running_.erase(running_.begin());
    const Move& move = p_.moves[m];
    const std::int32_t from = on_[at(move.item)];
    charge(from, &p_.need[at(move.item) * p_.lanes], -1);
    on_[at(move.item)] = move.to;
    going_to_[at(move.item)] = -1;
    busy_[at(from)] = busy_[at(move.to)] = false;
  }

  const Problem& p_;
  const migration::Correction& learnt_;
  std::vector<std::int64_t> free_;
  std::vector<std::int32_t> on_, going_to_;
  std::vector<bool> busy_;
  std::set<std::pair<Duration, std::size_t>> running_;
  Duration now_{};
  std::size_t refused_ = 0;
};

}  // namespace

GreedyMoves move_greedily(const Problem& problem, const migration::Correction& learnt) {
  return Greedy(problem, learnt).go();
}

}  // namespace headroom::bench
