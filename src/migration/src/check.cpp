#include "headroom/migration/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom::migration {
namespace {

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

class Check {
 public:
  Check(const Problem& p, const Schedule& s, const Correction& learnt) : p_(p), s_(s), learnt_(learnt), legs_of_(p.moves.size()) {}

  std::vector<std::string> all() {
    if (!indices_are_sound()) return out_;
    for (std::size_t i = 0; i < s_.legs.size(); ++i) legs_of_[at(s_.legs[i].move)].push_back(i);
    std::vector<int> refused(p_.moves.size(), 0);
    for (const Refusal& r : s_.refused) ++refused[at(r.move)];
    for (std::size_t m = 0; m < p_.moves.size(); ++m) the_move(m, refused[m]);
    for (std::size_t i = 0; i < s_.legs.size(); ++i) the_leg(i);
    const Replay told = replay(p_, s_, as_told(s_));
    out_.insert(out_.end(), told.breaches.begin(), told.breaches.end());
    the_times(told);
    if (told.breaches.empty())
      for (const Refusal& r : s_.refused) the_refusal(r, told.on);
    return out_;
  }

 private:
  template <class... Args>
  void say(fmt::format_string<Args...> text, Args&&... args) { out_.push_back(fmt::format(text, std::forward<Args>(args)...)); }

  bool indices_are_sound() {
    const auto host = [&](std::int32_t h) { return h >= 0 && at(h) < p_.hosts.size(); };
    const auto move = [&](std::int32_t m) { return m >= 0 && at(m) < p_.moves.size(); };
    for (std::size_t i = 0; i < s_.legs.size(); ++i)
      if (const Leg& l = s_.legs[i]; !move(l.move) || !host(l.from) || !host(l.to) || l.from == l.to)
        say("leg {} is of move {} from host {} to host {}", i, l.move, l.from, l.to);
    for (const Refusal& r : s_.refused)
      if (!move(r.move) || !host(r.host)) say("move {} is refused for host {}", r.move, r.host);
    return out_.empty();
  }

  void the_move(std::size_t m, int refused) {
    const std::vector<std::size_t>& legs = legs_of_[m];
    if (refused > 1 || (refused == 1) == !legs.empty() || legs.size() > 2) {
      return say("move {} has {} legs and is refused {} times", m, legs.size(), refused);
    }
    if (legs.empty()) return;
    const Leg &first = s_.legs[legs.front()], &last = s_.legs[legs.back()];
    if (first.from != p_.on[at(p_.moves[m].item)] || last.to != p_.moves[m].to)
      say("move {} goes from host {} to host {}", m, first.from, last.to);
    if (p_.moves[m].breach && first.late_end > *p_.moves[m].breach)
      say("move {} leaves by {} ms, after its breach at {} ms", m, first.late_end.count(), p_.moves[m].breach->count());
    if (legs.size() == 2) the_detour(m, legs);
  }

  void the_detour(std::size_t m, const std::vector<std::size_t>& legs) {
    const Leg &first = s_.legs[legs[0]], &second = s_.legs[legs[1]];
    if (first.to != second.from) say("the legs of move {} do not meet", m);
    if (std::count(second.after_done.begin(), second.after_done.end(), static_cast<std::int32_t>(legs[0])) != 1)
      say("the second leg of move {} does not wait for the first", m);
    const std::int32_t set = p_.moves[m].detour_set;
    if (set == kAnyHost) return;
    const std::vector<std::int32_t>& hosts = p_.host_sets[at(set)];
    if (std::count(hosts.begin(), hosts.end(), first.to) == 0) say("move {} must not stand on host {}", m, first.to);
  }

  std::int64_t whole_rate(std::int32_t from, std::int32_t to) const {
    const Host &f = p_.hosts[at(from)], &t = p_.hosts[at(to)];
    std::int64_t rate = std::min(f.out.count(), t.in.count());
    if (!p_.uplinks.empty() && f.location != t.location)
      rate = std::min({rate, p_.uplinks[at(f.location)].count(), p_.uplinks[at(t.location)].count()});
    return rate;
  }

  void the_leg(std::size_t i) {
    const Leg& leg = s_.legs[i];
    const Payload& load = p_.moves[at(leg.move)].payload;
    const Estimate e = estimate(load, leg.bandwidth, p_.how);
    const Outlook outlook = learnt_.of({p_.hosts[at(leg.from)].id, p_.hosts[at(leg.to)].id});
    const auto off = [](Duration told, Duration learnt) { return std::abs((told - learnt).count()) > 1; };
    if (!e.converges) say("leg {} does not converge", i);
    if (off(leg.end - leg.start, outlook.expected(e.duration)) || off(leg.late_end - leg.start, outlook.late(e.duration)))
      say("leg {} is told to take {} ms, {} at most; its migration takes {}", i, (leg.end - leg.start).count(),
          (leg.late_end - leg.start).count(), e.duration.count());
    if (leg.bytes != e.bytes || leg.downtime != outlook.downtime(e.downtime)) say("leg {} sends or stands still otherwise than told", i);
    const Estimate alone = estimate(load, BytesPerSecond(whole_rate(leg.from, leg.to)), p_.how);
    if (10 * e.bytes.count() > 11 * alone.bytes.count()) say("leg {} sends {} bytes, alone {}", i, e.bytes.count(), alone.bytes.count());
  }

  void the_times(const Replay& told) {
    Duration last{};
    for (std::size_t i = 0; i < s_.legs.size(); ++i) {
      last = std::max(last, s_.legs[i].end);
      if (told.started[i] != s_.legs[i].start)
        say("leg {} is told to start at {} ms; it does at {}", i, s_.legs[i].start.count(), told.started[i] ? told.started[i]->count() : -1);
      if (i > 0 && s_.legs[i].start < s_.legs[i - 1].start) say("leg {} starts before the one before it", i);
    }
    if (last != s_.makespan) say("all is over at {} ms, not at {}", last.count(), s_.makespan.count());
    if (s_.makespan < s_.least_makespan) say("it takes {} ms, less than the least, {}", s_.makespan.count(), s_.least_makespan.count());
  }

  // In the end, when all who go have gone, it still could not.
  void the_refusal(const Refusal& r, const std::vector<std::int32_t>& on) {
    const Move& move = p_.moves[at(r.move)];
    const std::int64_t rate = whole_rate(p_.on[at(move.item)], move.to);
    const bool converges = rate > 0 && estimate(move.payload, BytesPerSecond(rate), p_.how).converges;
    bool true_reason = false;
    if (r.reason == RefusalReason::kTooLate) true_reason = move.breach.has_value();
    if (r.reason == RefusalReason::kNoBandwidth) true_reason = rate <= 0;
    if (r.reason == RefusalReason::kDoesNotConverge) true_reason = rate > 0 && !converges;
    if (r.reason == RefusalReason::kNoRoom) true_reason = r.lane >= 0 && at(r.lane) < p_.lanes && lacks_room(r, on);
    if (r.reason == RefusalReason::kApart) true_reason = meets(move, on);
    if (!true_reason) say("move {} is refused because {}, which is not so", r.move, to_text(r));
  }

  const std::int64_t* there(std::size_t m) const {
    return p_.need_there.empty() ? p_.need.data() + at(p_.moves[m].item) * p_.lanes : p_.need_there.data() + m * p_.lanes;
  }

  bool lacks_room(const Refusal& r, const std::vector<std::int32_t>& on) const {
    const std::size_t lane = at(r.lane);
    std::int64_t use = there(at(r.move))[lane];
    std::vector<std::int64_t> need(on.size());
    for (std::size_t i = 0; i < on.size(); ++i) need[i] = p_.need[i * p_.lanes + lane];
    for (std::size_t m = 0; m < p_.moves.size(); ++m)
      if (!legs_of_[m].empty()) need[at(p_.moves[m].item)] = there(m)[lane];
    for (std::size_t i = 0; i < on.size(); ++i)
      if (on[i] == r.host) use += need[i];
    return use > p_.capacity[at(r.host) * p_.lanes + lane];
  }

  bool meets(const Move& move, const std::vector<std::int32_t>& on) const {
    for (const auto& set : p_.apart)
      if (std::count(set.begin(), set.end(), move.item) > 0)
        for (std::int32_t other : set)
          if (other != move.item && on[at(other)] == move.to) return true;
    return false;
  }

  const Problem& p_;
  const Schedule& s_;
  const Correction& learnt_;
  std::vector<std::vector<std::size_t>> legs_of_;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> check(const Problem& problem, const Schedule& schedule, const Correction& learnt) {
  return Check(problem, schedule, learnt).all();
}

}  // namespace headroom::migration
