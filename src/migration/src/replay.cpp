#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <tuple>

#include "headroom/migration/check.h"

namespace headroom::migration {
namespace {

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

// The world as it is while legs run: plain sums, counted anew from who is where and who runs.
class Stage {
 public:
  Stage(const Problem& p, std::vector<std::string>& breaches) : p_(p), breaches_(breaches), on_(p.on), use_(p.capacity.size(), 0) {
    for (std::size_t i = 0; i < on_.size(); ++i) charge(on_[i], p_.need.data() + i * p_.lanes, 1);
    sets_of_.resize(on_.size());
    for (std::size_t s = 0; s < p_.apart.size(); ++s)
      for (std::int32_t item : p_.apart[s]) sets_of_[at(item)].push_back(s);
    going_to_.assign(on_.size(), -1);
    moved_.assign(on_.size(), false);
  }

  void begin(const Leg& leg, Duration now) {
    const std::int32_t item = p_.moves[at(leg.move)].item;
    if (on_[at(item)] != leg.from) breach(now, leg, fmt::format("its item is on host {}", on_[at(item)]));
    if (going_to_[at(item)] >= 0) breach(now, leg, "its item is on the way already");
    going_to_[at(item)] = leg.to;
    running_.push_back(leg);
    charge(leg.to, there(leg), 1);
    look_at_room(leg, now);
    look_at_neighbours(item, leg, now);
    look_at_links(leg, now);
    look_at_limits(leg, now);
  }

  void end(const Leg& leg, bool succeeds) {
    const std::int32_t item = p_.moves[at(leg.move)].item;
    going_to_[at(item)] = -1;
    std::erase_if(running_, [&](const Leg& r) { return r.move == leg.move; });
    if (!succeeds) return charge(leg.to, there(leg), -1);
    charge(leg.from, moved_[at(item)] ? there(leg) : p_.need.data() + at(item) * p_.lanes, -1);
    moved_[at(item)] = true;
    on_[at(item)] = leg.to;
  }

  const std::vector<std::int32_t>& on() const { return on_; }

 private:
  void breach(Duration now, const Leg& leg, const std::string& what) {
    breaches_.push_back(fmt::format("at {} ms, when move {} starts from host {} to {}: {}", now.count(), leg.move, leg.from, leg.to, what));
  }

  const std::int64_t* there(const Leg& leg) const {
    if (!p_.need_there.empty()) return p_.need_there.data() + at(leg.move) * p_.lanes;
    return p_.need.data() + at(p_.moves[at(leg.move)].item) * p_.lanes;
  }
  void charge(std::int32_t host, const std::int64_t* row, std::int64_t times) {
    for (std::size_t l = 0; l < p_.lanes; ++l) use_[at(host) * p_.lanes + l] += times * row[l];
  }

  void look_at_room(const Leg& leg, Duration now) {
    for (std::size_t l = 0; l < p_.lanes; ++l) {
      const std::size_t cell = at(leg.to) * p_.lanes + l;
      if (there(leg)[l] > 0 && use_[cell] > p_.capacity[cell])
        breach(now, leg, fmt::format("lane {} of its destination holds {} of {}", l, use_[cell], p_.capacity[cell]));
    }
  }

  void look_at_neighbours(std::int32_t item, const Leg& leg, Duration now) {
    for (std::size_t s : sets_of_[at(item)])
      for (std::int32_t other : p_.apart[s])
        if (other != item && (on_[at(other)] == leg.to || going_to_[at(other)] == leg.to))
          breach(now, leg, fmt::format("it meets item {} there", other));
  }

  void look_at_links(const Leg& leg, Duration now) {
    std::int64_t out = 0, in = 0, up = 0, down = 0;
    const auto place = [&](std::int32_t host) { return p_.hosts[at(host)].location; };
    for (const Leg& r : running_) {
      const std::int64_t rate = r.bandwidth.count();
      if (r.from == leg.from) out += rate;
      if (r.to == leg.to) in += rate;
      if (place(r.from) == place(r.to)) continue;
      if (place(r.from) == place(leg.from)) up += rate;
      if (place(r.to) == place(leg.to)) down += rate;
    }
    if (leg.bandwidth.count() <= 0) breach(now, leg, "it has no bandwidth");
    if (out > p_.hosts[at(leg.from)].out.count()) breach(now, leg, fmt::format("{} B/s leave its host", out));
    if (in > p_.hosts[at(leg.to)].in.count()) breach(now, leg, fmt::format("{} B/s come to its destination", in));
    if (p_.uplinks.empty() || place(leg.from) == place(leg.to)) return;
    if (up > p_.uplinks[at(place(leg.from))].count()) breach(now, leg, fmt::format("{} B/s leave its location", up));
    if (down > p_.uplinks[at(place(leg.to))].count()) breach(now, leg, fmt::format("{} B/s come to its new location", down));
  }

  void look_at_limits(const Leg& leg, Duration now) {
    const auto beyond = [](auto count, int limit) { return limit > 0 && count > limit; };
    const auto out = std::count_if(running_.begin(), running_.end(), [&](const Leg& r) { return r.from == leg.from; });
    const auto in = std::count_if(running_.begin(), running_.end(), [&](const Leg& r) { return r.to == leg.to; });
    if (beyond(out, p_.limits.out_of_host)) breach(now, leg, fmt::format("{} leave its host at once", out));
    if (beyond(in, p_.limits.into_host)) breach(now, leg, fmt::format("{} come to its destination at once", in));
    if (beyond(static_cast<std::ptrdiff_t>(running_.size()), p_.limits.in_fleet))
      breach(now, leg, fmt::format("{} run at once in the fleet", running_.size()));
  }

  const Problem& p_;
  std::vector<std::string>& breaches_;
  std::vector<std::int32_t> on_, going_to_;   // items; -1: nowhere
  std::vector<bool> moved_;                   // items: it needs what its move says
  std::vector<std::vector<std::size_t>> sets_of_;
  std::vector<std::int64_t> use_;
  std::vector<Leg> running_;
};

enum class Kind { kEnd, kSkip, kStart };  // in the order of one moment

struct Event {
  Duration time;
  Kind kind;
  std::int32_t leg;
  bool operator>(const Event& o) const { return std::tuple(time, kind, leg) > std::tuple(o.time, o.kind, o.leg); }
};

class Player {
 public:
  Player(const Problem& p, const std::vector<Leg>& legs, const std::vector<Outcome>& outcomes)
      : legs_(legs), outcomes_(outcomes), stage_(p, out_.breaches), open_(legs.size(), 0), ready_(legs.size(), Duration(0)),
        off_(legs.size(), false), waiters_(legs.size()) {
    out_.started.resize(legs.size());
  }

  Replay play() {
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      for (const auto* list : {&legs_[i].after, &legs_[i].after_done})
        for (std::int32_t other : *list) {
          if (other < 0 || at(other) >= i) {
            out_.breaches.push_back(fmt::format("leg {} waits for leg {}, which is not before it", i, other));
            return std::move(out_);
          }
          waiters_[at(other)].push_back({static_cast<std::int32_t>(i), list == &legs_[i].after_done});
          ++open_[i];
        }
      if (open_[i] == 0) decide(static_cast<std::int32_t>(i));
    }
    while (!events_.empty()) {
      const Event e = events_.top();
      events_.pop();
      happen(e);
    }
    out_.on = stage_.on();
    return std::move(out_);
  }

 private:
  struct Waiter {
    std::int32_t leg;
    bool needs_success;
  };

  // All it waits for are over.
  void decide(std::int32_t leg) {
    if (off_[at(leg)]) events_.push({ready_[at(leg)], Kind::kSkip, leg});
    else events_.push({std::max(ready_[at(leg)], legs_[at(leg)].start), Kind::kStart, leg});
  }

  void happen(const Event& e) {
    const Leg& leg = legs_[at(e.leg)];
    const Outcome& outcome = outcomes_[at(e.leg)];
    if (e.kind == Kind::kStart) {
      out_.started[at(e.leg)] = e.time;
      stage_.begin(leg, e.time);
      events_.push({e.time + outcome.takes, Kind::kEnd, e.leg});
      return;
    }
    if (e.kind == Kind::kEnd) {
      stage_.end(leg, outcome.succeeds);
      out_.over = std::max(out_.over, e.time);
    }
    const bool done = e.kind == Kind::kEnd && outcome.succeeds;
    for (const Waiter& w : waiters_[at(e.leg)]) {
      ready_[at(w.leg)] = std::max(ready_[at(w.leg)], e.time);
      if (w.needs_success && !done) off_[at(w.leg)] = true;
      if (--open_[at(w.leg)] == 0) decide(w.leg);
    }
  }

  const std::vector<Leg>& legs_;
  const std::vector<Outcome>& outcomes_;
  Replay out_;
  Stage stage_;
  std::vector<int> open_;           // legs: how many of those waited for are not over
  std::vector<Duration> ready_;     // legs: when the last of them was
  std::vector<bool> off_;           // legs: one that had to succeed did not
  std::vector<std::vector<Waiter>> waiters_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace

std::vector<Outcome> as_told(const Schedule& schedule) {
  std::vector<Outcome> out;
  for (const Leg& leg : schedule.legs) out.push_back({leg.end - leg.start, true});
  return out;
}

Replay replay(const Problem& problem, const Schedule& schedule, const std::vector<Outcome>& outcomes) {
  if (outcomes.size() == schedule.legs.size()) return Player(problem, schedule.legs, outcomes).play();
  Replay out;
  out.breaches.push_back(fmt::format("{} outcomes are given for {} legs", outcomes.size(), schedule.legs.size()));
  return out;
}

}  // namespace headroom::migration
