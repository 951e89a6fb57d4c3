#include "run.h"

#include <functional>
#include <tuple>

#include "headroom/base/check.h"

namespace headroom::migration {
namespace {

constexpr double kMostGrowth = 1.1;       // of the bytes of a move that does not have its links to itself
constexpr double kLeastGain = 0.95;       // of the time a link is taken, for one more to share it
constexpr double kLookEvery = 0.2;        // of a mean migration's time: for rings, when they are not left until nothing else goes on
constexpr int kMostShares = 4;            // where there is no limit

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

// 0 to 1 by (series, trip); 0 in series 0. The mixer is that of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
double chance(std::uint32_t series, std::int32_t trip) {
  if (series == 0) return 0;
  std::uint64_t x = (static_cast<std::uint64_t>(series) << 32 | static_cast<std::uint32_t>(trip)) * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

}  // namespace

Draft Run::go() {
  refuse_hopeless();
  rank();
  for (std::size_t t = 0; t < w_.trips().size(); ++t)
    if (w_.trips()[t].phase == Phase::kWaiting && w_.trips()[t].latest_start != kNever)
      hurried_.push_back(static_cast<std::int32_t>(t));
  refuse_late();
  send_around(stuck(w_));
  touch_all();
  while (true) {
    start_what_can();
    if (running_.empty() && w_.waiting() > 0 && send_around(stuck(w_))) start_what_can();
    if (running_.empty()) break;  // all links are free: who waits now waits for room that nobody will leave
    if (const Duration late = next_deadline(); late < running_.top().end) now_ = late;
    else finish_next();
    refuse_late();
  }
  refuse_rest();
  Draft draft;
  for (const Trip& t : w_.trips())
    if (t.phase == Phase::kRefused && t.left) draft.stranded.push_back(t.move);
  draft.work = work_;
  draft.schedule.legs = w_.legs();
  for (const Leg& leg : w_.legs()) draft.schedule.makespan = std::max(draft.schedule.makespan, leg.end);
  std::sort(refused_.begin(), refused_.end(), [](const Refusal& a, const Refusal& b) { return a.move < b.move; });
  draft.schedule.refused = std::move(refused_);
  return draft;
}

void Run::refuse_hopeless() {
  for (std::size_t i = 0; i < w_.trips().size(); ++i) {
    const Trip& t = w_.trips()[i];
    if (w_.roads().full(w_.roads().path(t.at, t.next)) <= 0) refuse(i, {.reason = RefusalReason::kNoBandwidth});
    else if (!t.alone.estimate.converges) refuse(i, {.reason = RefusalReason::kDoesNotConverge});
  }
}

std::int64_t Run::own_rank(const Trip& t) const {
  const Move& move = w_.problem().moves[at(t.move)];
  if (!move.breach) return kNoHurry;
  return strategy_.importance_first ? -move.importance : move.breach->count();
}

// Who stands in the way of a hurried move is as hurried: ranks go from the smallest on to those that it waits for, and to theirs.
void Run::rank() {
  std::vector<std::pair<std::int64_t, std::int32_t>> heap;
  for (std::size_t i = 0; i < w_.trips().size(); ++i)
    if (w_.trips()[i].phase == Phase::kWaiting) {
      w_.trip(i).rank = own_rank(w_.trips()[i]);
      if (w_.trips()[i].rank != kNoHurry) heap.emplace_back(w_.trips()[i].rank, static_cast<std::int32_t>(i));
    }
  std::make_heap(heap.begin(), heap.end(), std::greater<>());
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const auto [rank, i] = heap.back();
    heap.pop_back();
    if (rank > w_.trips()[at(i)].rank) continue;
    for (std::int32_t b : best_blockers(w_, w_.trips()[at(i)])) {
      if (w_.trips()[at(b)].rank <= rank) continue;
      w_.trip(at(b)).rank = rank;
      heap.emplace_back(rank, b);
      std::push_heap(heap.begin(), heap.end(), std::greater<>());
    }
  }
}

void Run::refuse(std::size_t t, Refusal refusal) {
  const Trip& trip = w_.trips()[t];
  refusal.move = trip.move;
  refusal.host = w_.problem().moves[t].to;
  touch(w_.leaving(trip.at));  // what it held up may go
  touch(w_.coming(trip.next));
  w_.refuse(t);
  refused_.push_back(std::move(refusal));
}

void Run::refuse_late() {
  std::erase_if(hurried_, [&](std::int32_t t) {
    const Trip& trip = w_.trips()[at(t)];
    if (trip.phase == Phase::kRunning || trip.left) return true;
    if (trip.latest_start >= now_) return false;
    refuse(at(t), {.reason = RefusalReason::kTooLate, .latest_start = trip.latest_start});
    return true;
  });
}

Duration Run::next_deadline() const {
  Duration next = kNever;
  for (std::int32_t t : hurried_)
    if (const Trip& trip = w_.trips()[at(t)]; trip.phase == Phase::kWaiting) next = std::min(next, trip.latest_start + Duration(1));
  return next;
}

void Run::touch(std::int32_t trip) {
  if (touched_[at(trip)]) return;
  touched_[at(trip)] = true;
  to_look_.push_back(trip);
}

void Run::touch(const std::vector<std::int32_t>& trips) {
  for (std::int32_t t : trips) touch(t);
}

void Run::touch_all() {
  for (std::size_t t = 0; t < w_.trips().size(); ++t)
    if (w_.trips()[t].phase == Phase::kWaiting) touch(static_cast<std::int32_t>(t));
}

// In order: the smallest rank; with a breach the shortest; without, the one most queue for.
bool Run::start_what_can() {
  using Key = std::tuple<std::int64_t, double, std::int64_t, std::int32_t>;
  std::vector<Key> keys;
  for (std::int32_t i : to_look_) {
    touched_[at(i)] = false;
    const Trip& t = w_.trips()[at(i)];
    if (t.phase != Phase::kWaiting) continue;
    double queue = 0;
    if (strategy_.queues_first && t.rank == kNoHurry) queue = queue_for(t) * (1 + 0.5 * chance(strategy_.shake, i));
    keys.emplace_back(t.rank, -queue, (queue > 0 ? -1 : 1) * t.alone.expected.count(), i);
  }
  to_look_.clear();
  work_ += keys.size();
  std::make_heap(keys.begin(), keys.end(), std::greater<>());
  bool any = false;
  while (!keys.empty()) {
    if (w_.roads().may_run() <= 0) {
      all_of_limit_ = true;
      break;
    }
    std::pop_heap(keys.begin(), keys.end(), std::greater<>());
    any |= try_start(at(std::get<3>(keys.back())));
    keys.pop_back();
  }
  return any;
}

bool Run::try_start(std::size_t index) {
  const Trip& t = w_.trips()[index];
  const Roads& roads = w_.roads();
  if (roads.may_leave(t.at) <= 0 || roads.may_come(t.next) <= 0) return false;
  const Path path = roads.path(t.at, t.next);
  const std::int64_t free = roads.free(path), full = roads.full(path);
  if (free <= 0 || !w_.may_stand(t, t.next)) return false;
  const std::int64_t wanted = share_of(t), bandwidth = std::min(wanted, free);
  // Less than half of what it should have would bind its place for too long.
  if (bandwidth < wanted && (!strategy_.leftovers || 2 * bandwidth < wanted)) return false;
  const Timing timing = bandwidth == full ? t.alone : w_.timing(t, t.at, t.next, bandwidth);
  const auto bytes = [](const Timing& x) { return static_cast<double>(x.estimate.bytes.count()); };
  if (!timing.estimate.converges || (bandwidth < full && bytes(timing) >= kMostGrowth * bytes(t.alone))) return false;
  if (t.latest_start != kNever && now_ + timing.late > t.latest_start + t.alone.late) return false;
  if (held_up(t, bandwidth, now_ + timing.late)) return false;
  const std::int32_t leg = w_.begin(index, bandwidth, timing, now_);
  running_.push({now_ + timing.expected, leg});
  return true;
}

// Few at full rate: one more shares a link only if that is the shorter way for the link's queue (setup and switch-over of one hide
// behind the other's bytes) and its bytes grow by less than a tenth. Who is in a hurry, or in the way of one who is, does not share.
std::int64_t Run::share_of(const Trip& t) const {
  const std::int64_t full = w_.roads().full(w_.roads().path(t.at, t.next));
  if (!strategy_.share || t.rank != kNoHurry) return full;
  const auto most = [](int limit) { return limit == 0 ? kMostShares : limit; };
  const std::size_t queue = std::max(w_.leaving(t.at).size(), w_.coming(t.next).size());
  const int shares = std::min({kMostShares, most(w_.problem().limits.out_of_host), most(w_.problem().limits.into_host),
                               static_cast<int>(std::min<std::size_t>(queue, kMostShares))});
  Timing of_one = t.alone;
  int best = 1;
  for (int k = 2; k <= shares; ++k) {
    const Timing timing = w_.timing(t, t.at, t.next, full / k);
    const double growth = static_cast<double>(timing.estimate.bytes.count()) / static_cast<double>(t.alone.estimate.bytes.count());
    const double taken = static_cast<double>(timing.expected.count()) / k, before = static_cast<double>(of_one.expected.count()) / best;
    if (!timing.estimate.converges || growth >= kMostGrowth || taken > kLeastGain * before) break;
    best = k;
    of_one = timing;
  }
  return full / best;
}

// True when somebody more hurried, who has room where it goes and waits for one of the same two links only, would come too late
// behind this one.
bool Run::held_up(const Trip& t, std::int64_t bandwidth, Duration late_end) const {
  const Roads& roads = w_.roads();
  const auto by = [&](std::int32_t i, std::size_t link, std::int64_t places) {
    const Trip& other = w_.trips()[at(i)];
    if (&other == &t || other.rank >= t.rank || other.latest_start >= late_end || !w_.may_stand(other, other.next)) return false;
    return places < 2 || roads.free(link) - bandwidth < roads.full(roads.path(other.at, other.next));
  };
  const Path path = roads.path(t.at, t.next);
  for (std::int32_t i : w_.leaving(t.at))
    if (by(i, path.link[0], roads.may_leave(t.at))) return true;
  for (std::int32_t i : w_.coming(t.next))
    if (by(i, path.link[1], roads.may_come(t.next))) return true;
  return false;
}

// How long others would keep the links busy that it needs, and how long those take that lack the room it stands in.
double Run::queue_for(const Trip& t) {
  double links = 0;
  for (std::size_t link : w_.roads().path(t.at, t.next)) links = std::max(links, w_.queue_ms(link));
  Lacking& lacking = lacking_[at(t.at)];
  if (lacking.changes != w_.changes(t.at)) {
    lacking = {w_.changes(t.at), 0};
    for (std::int32_t i : w_.coming(t.at))
      if (const Trip& other = w_.trips()[at(i)]; !w_.may_stand(other, t.at)) lacking.ms += static_cast<double>(other.alone.expected.count());
  }
  return links + lacking.ms;
}

// Rings of trips that lack room now. Some would come loose by themselves, and then a detour costs bytes for nothing; so this is not
// done at every end.
void Run::break_rings_early() {
  std::vector<std::int32_t> lacking;
  double sum_ms = 0;
  for (std::size_t i = 0; i < w_.trips().size(); ++i) {
    const Trip& t = w_.trips()[i];
    if (t.phase != Phase::kWaiting) continue;
    sum_ms += static_cast<double>(t.alone.expected.count());
    if (!w_.may_stand(t, t.next)) lacking.push_back(static_cast<std::int32_t>(i));
  }
  const double mean_ms = sum_ms / static_cast<double>(std::max<std::size_t>(1, w_.waiting()));
  next_look_ = now_ + Duration(1 + static_cast<std::int64_t>(kLookEvery * mean_ms));
  send_around(lacking);
}

// Breaks rings of these, and takes back detours that somebody was faster to, or that are no longer needed. False: nothing changed.
bool Run::send_around(const std::vector<std::int32_t>& among) {
  bool changed = false;
  const auto send = [&](std::size_t i, std::int32_t next) {
    w_.redirect(i, next);
    touch(static_cast<std::int32_t>(i));
    changed = true;
  };
  for (std::size_t i = 0; i < w_.trips().size(); ++i) {
    const Trip& t = w_.trips()[i];
    const std::int32_t to = w_.problem().moves[i].to;
    if (t.phase == Phase::kWaiting && t.next != to && (w_.may_stand(t, to) || !w_.may_stand(t, t.next))) send(i, to);
  }
  if (!among.empty()) work_ += among.size() + w_.problem().hosts.size();
  for (const Detour& d : detours(w_, now_, among, barred_)) send(d.trip, d.via);
  return changed;
}

void Run::finish_next() {
  now_ = running_.top().end;
  bool around = false;
  while (!running_.empty() && running_.top().end == now_) {
    const std::int32_t index = running_.top().leg;
    running_.pop();
    const Leg leg = w_.legs()[at(index)];
    const std::size_t trip = w_.finish(index);
    around |= w_.trips()[trip].phase == Phase::kWaiting;
    touch(w_.leaving(leg.from));
    touch(w_.coming(leg.to));
    touch(w_.coming(leg.from));
    if (w_.trips()[trip].phase == Phase::kWaiting) touch(static_cast<std::int32_t>(trip));
  }
  if (all_of_limit_ || w_.roads().uplinks()) touch_all();
  all_of_limit_ = false;
  if (!strategy_.patient && now_ >= next_look_) break_rings_early();
  if (around) send_around(stuck(w_));  // a ring may need more than one detour
}

void Run::refuse_rest() {
  std::vector<std::int32_t> rest;
  for (std::size_t t = 0; t < w_.trips().size(); ++t)
    if (w_.trips()[t].phase == Phase::kWaiting) {
      rest.push_back(static_cast<std::int32_t>(t));
      if (w_.trips()[t].next != w_.problem().moves[t].to) w_.redirect(t, w_.problem().moves[t].to);
    }
  std::vector<Refusal> refusals;
  for (std::int32_t i : rest) {
    const Trip& t = w_.trips()[at(i)];
    Refusal r{.reason = RefusalReason::kNoRoom, .lane = w_.rooms().lacking(t.next, w_.there(t))};
    HEADROOM_CHECK(!w_.may_stand(t, t.next), "who has room, and all links to itself, has started");
    if (r.lane < 0) r.reason = RefusalReason::kApart;
    r.waited_for = blockers(w_, t);
    refusals.push_back(std::move(r));
  }
  for (std::size_t i = 0; i < rest.size(); ++i) refuse(at(rest[i]), std::move(refusals[i]));
}

}  // namespace headroom::migration
