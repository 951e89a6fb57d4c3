#include "headroom/planner/what_if.h"

#include <cmath>

#include "json_parts.h"
#include "words.h"

namespace headroom {
namespace {

// A list that is cut, and says so beside it.
template <class All, class F>
nlohmann::json cut(const All& all, std::size_t most, bool& truncated, F&& line) {
  nlohmann::json array = nlohmann::json::array();
  for (const auto& one : all) {
    if (array.size() == most) {
      truncated = true;
      break;
    }
    array.push_back(line(one));
  }
  return array;
}

double cents(double usd) { return std::round(usd * 10'000) / 10'000; }

nlohmann::json figures_json(const FleetFigures& f, bool& truncated) {
  return {{"hosts", f.hosts},
          {"hosts_on", f.hosts_on},
          {"vms", f.vms},
          {"host_usd_per_hour", cents(f.host_usd_per_hour)},
          {"allocation_usd_per_hour", cents(f.allocation_usd_per_hour)},
          {"over_risk", cut(f.over_risk, kMostListed, truncated,
                            [](const FleetFigures::AtRisk& at) { return nlohmann::json{{"host", at.host}, {"cpu_exceedance", rounded(at.risk)}}; })},
          {"fullest", by_resource([&](Resource r) {
             const FleetFigures::Fullest& fullest = f.fullest[index(r)];
             return nlohmann::json{{"host", fullest.host}, {"share", rounded(fullest.share)}};
           })},
          {"takes_more", f.takes_more},
          {"takes_more_started", f.takes_more_started}};
}

nlohmann::json placed_json(const Placed& p) {
  const char* how = p.to.empty() ? (p.stays ? "stays" : "lost") : p.live ? "moves" : "starts";
  return {{"vm", p.vm}, {"from", p.from}, {"to", p.to}, {"how", how}, {"why", p.why}, {"starts_host", p.starts_host}, {"allocation", to_json(p.allocation)}};
}

nlohmann::json choice_json(const HostChoice& c) {
  return {{"host", c.host}, {"type", c.type}, {"usd_per_hour", c.usd_per_hour}, {"cpu_exceedance", rounded(c.risk)}, {"start", c.start}, {"refused", c.refused}};
}

nlohmann::json arrival_json(const Arrival& a, bool& truncated) {
  return {{"vm", a.vm},
          {"allocation", to_json(a.allocation)},
          {"ranked", cut(a.ranked, Arrival::kRanked, truncated, choice_json)},
          {"also", a.also},
          {"refused", cut(a.refused, kMostRefused, truncated, choice_json)}};
}

nlohmann::json plan_of(const Snapshot& s, const Plan& plan, bool& truncated) {
  return {{"actions", cut(plan.actions, kMostListed, truncated, [&](const Action& a) { return action_json(s, a); })},
          {"denied", cut(plan.denied, kMostDenied, truncated, [&](const Denied& d) { return to_json(describe(s, d)); })},
          {"alerts", cut(plan.alerts, kMostAlerts, truncated, [&](const Alert& a) { return to_json(describe(s, a)); })}};
}

}  // namespace

nlohmann::json what_if_json(const Snapshot& as_it_is, const std::vector<std::string>& changes, const WhatIf& answer) {
  bool truncated = false;
  nlohmann::json arrivals = nlohmann::json::array();
  for (const Arrival& a : answer.arrivals) arrivals.push_back(arrival_json(a, truncated));
  nlohmann::json object{{"now", to_rfc3339(as_it_is.taken_at)},
                        {"changes", changes},
                        {"typical_vm", {{"name", answer.typical_vm}, {"allocation", to_json(answer.typical_allocation)}}},
                        {"before", figures_json(answer.before, truncated)},
                        {"after", figures_json(answer.after, truncated)},
                        {"planned", figures_json(answer.planned, truncated)},
                        {"placed", cut(answer.placed, kMostListed, truncated, placed_json)},
                        {"without_room", answer.without_room()},
                        {"arrivals", std::move(arrivals)},
                        {"plan", plan_of(answer.changed, answer.plan, truncated)},
                        {"plan_before", plan_of(as_it_is, answer.plan_before, truncated)}};
  if (truncated) object["truncated"] = true;
  return object;
}

}  // namespace headroom
