#include "timetable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "headroom/base/check.h"
#include "transfer.h"

namespace headroom {
namespace {

constexpr double kMostImportance = 1e12;   // the schedule's limit
constexpr double kPerUsd = 1e6;
constexpr Duration kSlack{10};             // so that what is under way is not too late by rounding

std::string about(Duration d) {
  const double s = static_cast<double>(d.count()) / 1000;
  return s < 600 ? fmt::format("{:.0f} s", s) : fmt::format("{:.0f} min", s / 60);
}

// How long it takes with its links to itself.
migration::Estimate alone(const Draft& d, std::size_t vm, std::size_t to) {
  const MigrationPolicy& policy = d.policy().hosts.migration;
  const BytesPerSecond link = std::min(link_of(d.host(d.host_of(vm)), policy), link_of(d.host(to), policy));
  return migration::estimate(payload_of(d.vm(vm)), link, policy.how);
}

}  // namespace

// Hosts come into the problem as moves name them. Who stays on them only counts as room that is not there.
class Timetable::Writer {
 public:
  explicit Writer(const Draft& d) : d_(d) {
    const MigrationPolicy& policy = d.policy().hosts.migration;
    p_.lanes = kResourceCount;
    p_.limits = {policy.out_of_host, policy.into_host, policy.in_fleet};
    p_.how = policy.how;
    p_.host_sets = {{}};  // nobody takes a detour
  }

  // `planned`: the draft has given it its room on both ends, not only where it is.
  void add(std::size_t vm, std::size_t to, const Resources& after, bool planned, migration::Move move) {
    const std::int32_t from = number_of(d_.host_of(vm));
    move.item = static_cast<std::int32_t>(p_.on.size());
    move.to = number_of(to);
    move.detour_set = 0;
    p_.on.push_back(from);
    for (Resource r : kAllResources) {
      p_.need.push_back(d_.vm(vm).allocation[r]);
      p_.need_there.push_back(after[r]);
      capacity(from, r) += d_.vm(vm).allocation[r];
      if (planned) capacity(move.to, r) += after[r];
    }
    p_.moves.push_back(move);
  }

  migration::Problem finish() && {
    for (std::int64_t& c : p_.capacity) c = std::max<std::int64_t>(0, c);  // an overfull host's
    return std::move(p_);
  }

 private:
  std::int64_t& capacity(std::int32_t host, Resource r) { return p_.capacity[static_cast<std::size_t>(host) * kResourceCount + index(r)]; }
  std::int32_t number_of(std::size_t h) {
    const auto [at, fresh] = number_.try_emplace(h, static_cast<std::int32_t>(p_.hosts.size()));
    if (fresh) {
      const BytesPerSecond link = link_of(d_.host(h), d_.policy().hosts.migration);
      p_.hosts.push_back({d_.host(h).id.value(), link, link, 0});
      for (Resource r : kAllResources) p_.capacity.push_back(d_.room(h)[r]);
    }
    return at->second;
  }

  const Draft& d_;
  migration::Problem p_;
  std::map<std::size_t, std::int32_t> number_;
};

Timetable::Timetable(const Draft& d) : learnt_(correction_of(d.snapshot().memory.moves)) {
  const Snapshot& s = d.snapshot();
  for (const InFlight& f : s.in_flight) {
    const Vm* vm = s.find(f.action.vm);
    if (f.action.kind != ActionKind::kMigrate || vm == nullptr || f.action.from != vm->host) continue;
    UnderWay move;
    move.vm = static_cast<std::size_t>(vm - s.vms.data());
    move.to = d.host_index(f.action.to);
    move.after = f.action.after;
    const auto& schedule = f.action.schedule;
    const Duration takes = schedule ? schedule->takes : alone(d, move.vm, move.to).duration;
    move.bandwidth = schedule ? schedule->bandwidth : link_of(d.host(move.to), d.policy().hosts.migration);
    move.left = std::max(Duration(1), takes - (s.taken_at - f.started_at));
    under_way_.push_back(move);
  }
}

std::optional<Timetable::Refusal> Timetable::take(const Draft& d, const std::vector<Wanted>& moves) {
  Writer writer(d);
  for (const UnderWay& u : under_way_) {
    // So much memory that it takes as long as it has still to go, first of all.
    const migration::Outlook outlook = learnt_.of(pair_of(d.vm(u.vm).host, d.host(u.to).id));
    const migration::PreCopy& how = d.policy().hosts.migration.how;
    const Duration sending = outlook.predicted_for(u.left) - how.setup - how.switch_over;
    const double bytes = static_cast<double>(sending.count()) / 1000 * static_cast<double>(u.bandwidth.count());
    const migration::Payload payload{Bytes(std::max<std::int64_t>(1, std::llround(bytes))), {}};
    const Duration late = outlook.late(migration::estimate(payload, u.bandwidth, how).duration) + kSlack;
    writer.add(u.vm, u.to, u.after, true,
               {.payload = payload, .breach = late, .importance = static_cast<std::int64_t>(kMostImportance)});
  }
  std::vector<Wanted> all = taken_;
  all.insert(all.end(), moves.begin(), moves.end());
  for (const Wanted& w : all) {
    const double importance = std::clamp(std::round(w.usd_per_hour * kPerUsd), 1.0, kMostImportance / 1000);
    writer.add(w.vm, w.to, w.after, !d.free_to_act(w.vm),
               {.payload = payload_of(d.vm(w.vm)), .breach = w.breach, .importance = static_cast<std::int64_t>(importance)});
  }
  auto schedule = migration::make_schedule(std::move(writer).finish(), learnt_);
  HEADROOM_CHECK(schedule.has_value(), "the planner writes down moves as the schedule wants them");
  for (const migration::Refusal& r : schedule->refused)
    if (!is_under_way(r.move)) return told(d, all, taken_.size(), r);
  taken_ = std::move(all);
  schedule_ = std::move(*schedule);
  return std::nullopt;
}

Timetable::Refusal Timetable::told(const Draft& d, const std::vector<Wanted>& all, std::size_t fresh, const migration::Refusal& r) const {
  using Reason = migration::RefusalReason;
  const std::size_t at = static_cast<std::size_t>(r.move) - under_way_.size();
  const Wanted& move = all[at];
  const std::string& to = d.host(move.to).name;
  const bool too_late = r.reason == Reason::kTooLate;
  if (at < fresh) return {too_late, fmt::format("a move to {} would make that of {} too late", d.host(all[fresh].to).name, d.vm(move.vm).name)};
  switch (r.reason) {
    case Reason::kTooLate: {
      const migration::Outlook outlook = learnt_.of(pair_of(d.vm(move.vm).host, d.host(move.to).id));
      const std::string takes = about(outlook.late(alone(d, move.vm, move.to).duration));
      if (move.breach->count() == 0) return {true, fmt::format("a move to {} may take {} and comes too late: it runs short already", to, takes)};
      if (r.latest_start.count() < 0)
        return {true, fmt::format("a move to {} may take {} and it is likely to run short in {}", to, takes, about(*move.breach))};
      return {true, fmt::format("its way to {} is not free before {} from now, when it would have to start", to, about(r.latest_start))};
    }
    case Reason::kDoesNotConverge:
      return {false, fmt::format("a move to {} would not come to an end: its guest writes memory faster than that is sent", to)};
    case Reason::kNoBandwidth: return {false, fmt::format("there is no bandwidth for a move to {}", to)};
    case Reason::kNoRoom:
    case Reason::kApart: break;
  }
  return {false, fmt::format("{} has no room for it before others have left", to)};
}

void Timetable::write(Draft& d) const {
  const auto vm_of = [&](std::int32_t leg) {
    const auto move = static_cast<std::size_t>(schedule_.legs[static_cast<std::size_t>(leg)].move);
    return d.vm(is_under_way(static_cast<std::int32_t>(move)) ? under_way_[move].vm : taken_[move - under_way_.size()].vm).id;
  };
  const auto vms_of = [&](const std::vector<std::int32_t>& legs) {
    std::vector<VmId> vms;
    for (std::int32_t leg : legs) vms.push_back(vm_of(leg));
    std::sort(vms.begin(), vms.end());
    return vms;
  };
  for (const migration::Leg& leg : schedule_.legs) {
    if (is_under_way(leg.move)) continue;
    const Wanted& move = taken_[static_cast<std::size_t>(leg.move) - under_way_.size()];
    MoveSchedule s;
    s.start = leg.start;
    s.after = vms_of(leg.after);
    s.after_done = vms_of(leg.after_done);
    s.bandwidth = leg.bandwidth;
    s.bytes = leg.bytes;
    const migration::Estimate formula = migration::estimate(payload_of(d.vm(move.vm)), leg.bandwidth, d.policy().hosts.migration.how);
    s.estimated = formula.duration;
    s.estimated_downtime = formula.downtime;
    s.takes = leg.end - leg.start;
    s.takes_95 = leg.late_end - leg.start;
    s.downtime = leg.downtime;
    s.breach = move.breach;
    d.schedule(move.vm, std::move(s));
  }
}

}  // namespace headroom
