#include "world.h"

#include "headroom/base/check.h"

namespace headroom::migration {
World::World(const Problem& p, const Correction& learnt, std::vector<std::int64_t> free)
    : p_(p),
      learnt_(learnt),
      rooms_(p, std::move(free)),
      meetings_(p),
      roads_(p),
      trip_of_(p.on.size(), -1),
      leaving_(p.hosts.size()),
      coming_(p.hosts.size()),
      queue_ms_(roads_.links(), 0),
      changes_(p.hosts.size(), 0) {
  trips_.resize(p.moves.size());
  for (std::size_t m = 0; m < p.moves.size(); ++m) {
    Trip& t = trips_[m];
    t.move = static_cast<std::int32_t>(m);
    t.item = p.moves[m].item;
    t.at = p.on[static_cast<std::size_t>(t.item)];
    t.next = p.moves[m].to;
    trip_of_[static_cast<std::size_t>(t.item)] = t.move;
    enlist(m);
  }
}

const std::int64_t* World::here(const Trip& t) const {
  return t.left ? there(t) : p_.need.data() + static_cast<std::size_t>(t.item) * p_.lanes;
}

const std::int64_t* World::there(const Trip& t) const {
  if (p_.need_there.empty()) return p_.need.data() + static_cast<std::size_t>(t.item) * p_.lanes;
  return p_.need_there.data() + static_cast<std::size_t>(t.move) * p_.lanes;
}

Timing World::timing(const Trip& t, std::int32_t from, std::int32_t to, std::int64_t bandwidth) const {
  const Move& move = p_.moves[static_cast<std::size_t>(t.move)];
  const auto id = [&](std::int32_t host) { return p_.hosts[static_cast<std::size_t>(host)].id; };
  const Estimate e = estimate(move.payload, BytesPerSecond(bandwidth), p_.how);
  const Outlook outlook = learnt_.of({id(from), id(to)});
  return {e, outlook.expected(e.duration), outlook.late(e.duration), outlook.downtime(e.downtime)};
}

void World::queue(const Trip& t, double sign) {
  const Path path = roads_.path(t.at, t.next);
  const double full = static_cast<double>(roads_.full(path));
  for (std::size_t link : path)
    if (roads_.capacity(link) > 0)
      queue_ms_[link] += sign * static_cast<double>(t.alone.expected.count()) * full / static_cast<double>(roads_.capacity(link));
}

void World::enlist(std::size_t index) {
  Trip& t = trips_[index];
  t.phase = Phase::kWaiting;
  t.alone = timing(t, t.at, t.next, roads_.full(roads_.path(t.at, t.next)));
  const auto& breach = p_.moves[static_cast<std::size_t>(t.move)].breach;
  // Once it has left its host, what it was to escape from is behind it.
  t.latest_start = breach && !t.left ? *breach - t.alone.late : kNever;
  leaving_[static_cast<std::size_t>(t.at)].push_back(static_cast<std::int32_t>(index));
  coming_[static_cast<std::size_t>(t.next)].push_back(static_cast<std::int32_t>(index));
  changed(t.next);
  queue(t, 1);
  ++waiting_;
}

void World::strike(std::size_t index) {
  const Trip& t = trips_[index];
  HEADROOM_CHECK(t.phase == Phase::kWaiting, "only who waits is on the lists");
  std::erase(leaving_[static_cast<std::size_t>(t.at)], static_cast<std::int32_t>(index));
  std::erase(coming_[static_cast<std::size_t>(t.next)], static_cast<std::int32_t>(index));
  changed(t.next);
  queue(t, -1);
  --waiting_;
}

void World::redirect(std::size_t t, std::int32_t next) {
  strike(t);
  trips_[t].next = next;
  enlist(t);
}

void World::refuse(std::size_t t) {
  strike(t);
  trips_[t].phase = Phase::kRefused;
}

std::int32_t World::begin(std::size_t index, std::int64_t bandwidth, const Timing& timing, Duration now) {
  strike(index);
  Trip& t = trips_[index];
  Waits any, done;
  if (t.leg >= 0) done.add(t.leg);
  rooms_.take(t.next, there(t), done);
  meetings_.come(t.item, t.next, done);
  any = done;  // what is waited for anyway is taken from first
  roads_.take(t.at, t.next, bandwidth, any);
  any.drop(done);
  t.phase = Phase::kRunning;
  t.leg = static_cast<std::int32_t>(legs_.size());
  legs_.push_back({t.move, t.at, t.next, now, now + timing.expected, now + timing.late, BytesPerSecond(bandwidth),
                   timing.estimate.bytes, timing.downtime, any.legs(), done.legs()});
  return t.leg;
}

std::size_t World::finish(std::int32_t index) {
  const Leg& leg = legs_[static_cast<std::size_t>(index)];
  const auto trip = static_cast<std::size_t>(leg.move);
  Trip& t = trips_[trip];
  roads_.give(leg.from, leg.to, leg.bandwidth.count(), index);
  rooms_.give(leg.from, here(t), index);
  meetings_.leave(t.item, leg.from, index);
  changed(leg.from);
  t.left = true;
  t.at = leg.to;
  t.next = p_.moves[trip].to;
  t.phase = Phase::kArrived;
  if (t.at != t.next) enlist(trip);
  return trip;
}

}  // namespace headroom::migration
