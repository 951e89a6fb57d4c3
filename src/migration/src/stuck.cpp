#include "stuck.h"

#include <tuple>

#include "components.h"

namespace headroom::migration {
namespace {

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

// What would be free if everybody left who can.
class Hope {
 public:
  explicit Hope(const World& world) : w_(world), lanes_(world.problem().lanes), goes_(world.trips().size(), false) {
    for (std::size_t t = 0; t < goes_.size(); ++t)
      if (w_.trips()[t].phase == Phase::kRunning) let_go(t);
    for (std::size_t t = 0; t < goes_.size(); ++t) try_one(t);
    while (!again_.empty()) {
      const std::int32_t host = again_.back();
      again_.pop_back();
      for (std::int32_t t : w_.coming(host)) try_one(at(t));
    }
  }

  bool goes(std::size_t t) const { return goes_[t]; }

 private:
  void let_go(std::size_t t) {
    const Trip& trip = w_.trips()[t];
    goes_[t] = true;
    std::vector<std::int64_t>& left = left_[trip.at];
    left.resize(lanes_, 0);
    for (std::size_t l = 0; l < lanes_; ++l) left[l] += w_.here(trip)[l];
    again_.push_back(trip.at);
  }

  void try_one(std::size_t t) {
    const Trip& trip = w_.trips()[t];
    if (trip.phase != Phase::kWaiting || goes_[t]) return;
    const auto left = left_.find(trip.next);
    for (std::size_t l = 0; l < lanes_; ++l) {
      const std::int64_t need = w_.there(trip)[l];
      if (need > 0 && need > w_.rooms().free(trip.next, l) + (left == left_.end() ? 0 : left->second[l])) return;
    }
    for (std::int32_t other : w_.meetings().kept_off_by(trip.item, trip.next))
      if (const std::int32_t o = w_.trip_of(other); o < 0 || !goes_[at(o)] || w_.trips()[at(o)].at != trip.next) return;
    let_go(t);
  }

  const World& w_;
  std::size_t lanes_;
  std::vector<bool> goes_;
  std::unordered_map<std::int32_t, std::vector<std::int64_t>> left_;  // by host: what those who go leave behind
  std::vector<std::int32_t> again_;                                   // hosts that somebody more leaves
};

bool allowed(const Problem& p, const Trip& t, std::int32_t host) {
  const std::int32_t set = p.moves[at(t.move)].detour_set;
  if (set == kAnyHost) return true;
  const std::vector<std::int32_t>& hosts = p.host_sets[at(set)];
  return std::find(hosts.begin(), hosts.end(), host) != hosts.end();
}

// The host where it disturbs least: the fewest want to go there (those just sent there too), then the fastest way. -1: none.
std::int32_t bypass(const World& w, const Trip& t, Duration now, const std::vector<Detour>& sent) {
  const Problem& p = w.problem();
  const auto& breach = p.moves[at(t.move)].breach;
  std::int32_t best = -1;
  std::tuple<std::size_t, std::int64_t> best_key;
  for (std::size_t h = 0; h < p.hosts.size(); ++h) {
    const auto host = static_cast<std::int32_t>(h);
    if (host == t.at || host == p.moves[at(t.move)].to || !w.may_stand(t, host) || !allowed(p, t, host)) continue;
    const std::int64_t full = w.roads().full(w.roads().path(t.at, host));
    const std::int64_t onward = w.roads().full(w.roads().path(host, p.moves[at(t.move)].to));
    const auto here = std::count_if(sent.begin(), sent.end(), [&](const Detour& d) { return d.via == host; });
    const std::tuple key(w.coming(host).size() + static_cast<std::size_t>(here), -std::min(full, onward));
    if (best >= 0 && key >= best_key) continue;
    const Timing timing = w.timing(t, t.at, host, full);
    if (!timing.estimate.converges || !w.timing(t, host, p.moves[at(t.move)].to, onward).estimate.converges) continue;
    if (breach && !t.left && now + timing.late > *breach) continue;
    best = host;
    best_key = key;
  }
  return best;
}

}  // namespace

std::vector<std::int32_t> stuck(const World& w) {
  const Hope hope(w);
  std::vector<std::int32_t> out;
  for (std::size_t t = 0; t < w.trips().size(); ++t)
    if (w.trips()[t].phase == Phase::kWaiting && !hope.goes(t)) out.push_back(static_cast<std::int32_t>(t));
  return out;
}

std::vector<std::int32_t> blockers(const World& w, const Trip& t) {
  std::vector<std::int32_t> out;
  const std::vector<std::int32_t> kept_off = w.meetings().kept_off_by(t.item, t.next);
  for (std::int32_t o : w.leaving(t.next)) {
    const Trip& other = w.trips()[at(o)];
    bool helps = std::find(kept_off.begin(), kept_off.end(), other.item) != kept_off.end();
    for (std::size_t l = 0; l < w.problem().lanes && !helps; ++l) {
      const std::int64_t need = w.there(t)[l];
      helps = need > 0 && need > w.rooms().free(t.next, l) && w.here(other)[l] > 0;
    }
    if (helps) out.push_back(o);
  }
  return out;
}

std::vector<std::int32_t> best_blockers(const World& w, const Trip& t) {
  const std::vector<std::int32_t> all = blockers(w, t);
  std::vector<std::int32_t> enough;
  for (std::int32_t o : all) {
    bool fits = true;
    for (std::size_t l = 0; l < w.problem().lanes && fits; ++l) {
      const std::int64_t need = w.there(t)[l];
      fits = need <= 0 || need <= w.rooms().free(t.next, l) + w.here(w.trips()[at(o)])[l];
    }
    if (fits) enough.push_back(o);
  }
  return enough.empty() ? all : enough;
}

std::vector<Detour> detours(const World& w, Duration now, const std::vector<std::int32_t>& nodes, const std::vector<bool>& barred) {
  std::vector<std::int32_t> node_of(w.trips().size(), -1);
  for (std::size_t n = 0; n < nodes.size(); ++n) node_of[at(nodes[n])] = static_cast<std::int32_t>(n);
  Graph graph(nodes.size());
  for (std::size_t n = 0; n < nodes.size(); ++n)
    for (std::int32_t o : blockers(w, w.trips()[at(nodes[n])]))
      if (node_of[at(o)] >= 0) graph[n].push_back(node_of[at(o)]);
  std::vector<Detour> out;
  for (std::vector<std::int32_t>& ring : components(graph)) {
    if (ring.size() < 2) continue;
    const auto bytes = [&](std::int32_t n) { return w.trips()[at(nodes[at(n)])].alone.estimate.bytes; };
    std::stable_sort(ring.begin(), ring.end(), [&](std::int32_t a, std::int32_t b) { return bytes(a) < bytes(b); });
    for (std::int32_t n : ring) {
      const std::int32_t t = nodes[at(n)];
      if (barred[at(t)] || w.trips()[at(t)].left) continue;
      const std::int32_t via = bypass(w, w.trips()[at(t)], now, out);
      if (via < 0) continue;
      out.push_back({at(t), via});
      break;
    }
  }
  return out;
}

}  // namespace headroom::migration
