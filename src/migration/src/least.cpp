#include "least.h"

#include <algorithm>

#include "roads.h"

namespace headroom::migration {
namespace {

struct Loads {
  std::vector<double> link_ms;
  std::vector<double> out_ms, in_ms;   // hosts: durations
  double fleet_ms = 0, overhead_ms = 0;
};

struct Parts {
  double whole_ms = 0, sending_ms = 0;   // the rest is there however fast the bytes are sent
};
Parts parts_of(const Outlook& outlook, const Payload& load, const PreCopy& how, std::int64_t rate) {
  const Estimate e = estimate(load, BytesPerSecond(rate), how);
  const double whole = 1000 * outlook.expected_seconds(static_cast<double>(e.duration.count()) / 1000);
  return {whole, std::min(whole, 1000 * outlook.factor() * static_cast<double>(e.bytes.count()) / static_cast<double>(rate))};
}

// What the legs must at least put on links and limits, if each had all of its way to itself.
Loads loads_of(const Problem& p, const Correction& learnt, const std::vector<Leg>& legs) {
  const Roads roads(p);
  Loads loads{std::vector<double>(roads.links(), 0), std::vector<double>(p.hosts.size(), 0), std::vector<double>(p.hosts.size(), 0)};
  for (const Leg& leg : legs) {
    const Payload& load = p.moves[static_cast<std::size_t>(leg.move)].payload;
    const auto f = static_cast<std::size_t>(leg.from), t = static_cast<std::size_t>(leg.to);
    const Outlook outlook = learnt.of({p.hosts[f].id, p.hosts[t].id});
    const Path path = roads.path(leg.from, leg.to);
    if (roads.full(path) <= 0) continue;
    for (std::size_t link : path) loads.link_ms[link] += parts_of(outlook, load, p.how, roads.capacity(link)).sending_ms;
    const Parts parts = parts_of(outlook, load, p.how, roads.full(path));
    const double alone = parts.whole_ms, rest = parts.whole_ms - parts.sending_ms;
    loads.out_ms[f] += alone;
    loads.in_ms[t] += alone;
    loads.fleet_ms += alone;
    loads.overhead_ms = &leg == legs.data() ? rest : std::min(loads.overhead_ms, rest);
  }
  return loads;
}

}  // namespace

Least least_of(const Problem& p, const Correction& learnt, const std::vector<Leg>& legs) {
  if (legs.empty()) return {};
  const Loads loads = loads_of(p, learnt, legs);
  const auto most = [](const std::vector<double>& of) { return *std::max_element(of.begin(), of.end()); };
  const auto over = [](double ms, int limit) { return limit > 0 ? ms / limit : 0; };
  const double places = std::max({over(most(loads.out_ms), p.limits.out_of_host), over(most(loads.in_ms), p.limits.into_host),
                                  over(loads.fleet_ms, p.limits.in_fleet)});
  const auto floor = [](double ms) { return Duration(static_cast<std::int64_t>(ms)); };
  return {floor(most(loads.link_ms) + loads.overhead_ms), floor(places)};
}

std::vector<Leg> direct_legs(const Problem& p) {
  std::vector<Leg> legs(p.moves.size());
  for (std::size_t m = 0; m < legs.size(); ++m) {
    legs[m].move = static_cast<std::int32_t>(m);
    legs[m].from = p.on[static_cast<std::size_t>(p.moves[m].item)];
    legs[m].to = p.moves[m].to;
  }
  return legs;
}

}  // namespace headroom::migration
