#include "plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "table.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kRows = 40;   // of one list; -o json has all
constexpr std::size_t kNamed = 3;   // in a cell

std::string text_of(const json& object, const char* key) { return object.at(key).get<std::string>(); }

// The first rows of a list under a title; nothing where the list is empty.
template <class Row>
std::string listed(const std::string& title, std::vector<std::string> heading, const json& list, Row&& row) {
  if (list.empty()) return {};
  Table table(std::move(heading));
  for (std::size_t i = 0; i < std::min(kRows, list.size()); ++i) table.add(row(list.at(i), i));
  std::string text = fmt::format("\n{}:\n{}", title, table.text());
  if (list.size() > kRows) text += fmt::format("and {} more; -o json has all of them\n", list.size() - kRows);
  return text;
}

std::string counted(std::size_t n, const char* one, const char* many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

// "2 moves, 5 resizes, 1 start of a host; 3 denied".
std::string sum_up(const json& plan) {
  std::map<std::string, std::size_t> kinds;
  for (const json& action : plan.at("actions")) ++kinds[text_of(action, "kind")];
  struct Word {
    const char *kind, *one, *many;
  };
  std::string text;
  for (const Word& w : {Word{"migrate", "move", "moves"}, Word{"resize", "resize", "resizes"}, Word{"start-host", "host to start", "hosts to start"},
                        Word{"stop-host", "host to stop", "hosts to stop"}})
    if (const std::size_t n = kinds[w.kind]; n > 0) text += (text.empty() ? "" : ", ") + counted(n, w.one, w.many);
  if (text.empty()) text = "nothing to do";
  if (const std::size_t denied = plan.at("denied").size(); denied > 0) text += fmt::format("; {} denied", denied);
  if (const std::size_t alerts = plan.at("alerts").size(); alerts > 0) text += "; " + counted(alerts, "alert", "alerts");
  return text;
}

std::string about(const json& action) { return text_of(action, text_of(action, "vm").empty() ? "from" : "vm"); }

// What keeps an action from being done: the safety list, or its own level.
std::string held_back(const json& action) {
  if (const std::string why = action.value("why_refused", ""); !why.empty()) return why;
  const std::string level = action.value("level", "auto");
  return level == "auto" ? "" : "only recommended";
}

std::string actions_text(const json& actions) {
  const bool any_held = std::any_of(actions.begin(), actions.end(), [](const json& a) { return !held_back(a).empty(); });
  std::vector<std::string> heading{"ABOUT", "ACTION", "REASON"};
  if (any_held) heading.push_back("HELD BACK");
  return listed("Actions", heading, actions, [&](const json& a, std::size_t) {
    std::vector<std::string> row{about(a), a.at("text"), a.at("reason")};
    if (any_held) row.push_back(held_back(a));
    return row;
  });
}

std::string seconds(const json& s) { return fmt::format("{:.1f} s", s.get<double>()); }

// "in 13.2 s, after vm3, vm4", "now".
std::string start_of(const json& schedule) {
  std::string text = schedule.at("start_seconds") == 0 ? "now" : "in " + seconds(schedule.at("start_seconds"));
  const json& after = schedule.at("after");
  for (std::size_t i = 0; i < std::min(kNamed, after.size()); ++i) text += (i == 0 ? ", after " : ", ") + after.at(i).get<std::string>();
  return after.size() > kNamed ? text + fmt::format(" and {} more", after.size() - kNamed) : text;
}

// Where an older manager tells no schedule, nothing.
std::string schedule_text(const json& actions) {
  json moves = json::array();
  for (const json& a : actions)
    if (a.value("schedule", json()).is_object()) moves.push_back(a);
  std::stable_sort(moves.begin(), moves.end(), [](const json& a, const json& b) {
    return a.at("schedule").at("start_seconds") < b.at("schedule").at("start_seconds");
  });
  return listed("Moves by their start", {"VM", "FROM", "TO", "STARTS", "TAKES", "95 % UNDER", "DUE IN", "RATE", "SENDS", "DOWN"}, moves,
                [](const json& a, std::size_t) {
                  const json& s = a.at("schedule");
                  return std::vector<std::string>{a.at("vm"), a.at("from"), a.at("to"), start_of(s), seconds(s.at("takes_seconds")),
                                                  seconds(s.at("takes_95_seconds")),
                                                  s.at("breach_seconds").is_null() ? "-" : seconds(s.at("breach_seconds")),
                                                  to_text(Resource::kNetwork, s.at("bandwidth_bytes_per_second").get<double>()),
                                                  to_text(Resource::kMemory, s.at("bytes").get<double>()), seconds(s.at("downtime_seconds"))};
                });
}

std::string actions_and_denied(const json& plan) {
  return actions_text(plan.at("actions")) + schedule_text(plan.at("actions")) +
         listed("Denied", {"ABOUT", "WANTED", "WHY NOT"}, plan.at("denied"),
                [](const json& d, std::size_t) {
                  return std::vector<std::string>{text_of(d, text_of(d, "vm").empty() ? "host" : "vm"), d.at("wanted"), d.at("why")};
                }) +
         listed("Alerts", {"VM", "HOST", "ALERT"}, plan.at("alerts"),
                [](const json& a, std::size_t) { return std::vector<std::string>{a.at("vm"), a.at("host"), a.at("text")}; });
}

std::string size_of(const json& allocation) { return fmt::format("{}, {}", amount(allocation, Resource::kCpu), amount(allocation, Resource::kMemory)); }

std::string usd(const json& per_hour) { return fmt::format("{:.3f} USD/h", per_hour.get<double>()); }

std::string over_risk(const json& figures) {
  const json& over = figures.at("over_risk");
  if (over.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, over.size()); ++i)
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", text_of(over.at(i), "host"), percent(over.at(i).at("cpu_exceedance")));
  if (over.size() > kNamed) text += fmt::format(" and {} more", over.size() - kNamed);
  return text;
}

std::string takes_more(const json& figures) {
  const auto now = figures.at("takes_more").get<std::size_t>(), started = figures.at("takes_more_started").get<std::size_t>();
  constexpr std::size_t kCountedTo = 1'000'000;
  if (now >= kCountedTo) return "a million or more";
  return started == 0 ? fmt::format("{}", now) : fmt::format("{} (+{} on hosts to start)", now, started);
}

std::string figures_table(const json& answer) {
  const std::array<const json*, 3> sides{&answer.at("before"), &answer.at("after"), &answer.at("planned")};
  Table table({"", "AS IT IS", "CHANGED", "ITS PLAN DONE"});
  const auto row = [&](std::string label, auto&& value) { table.add({std::move(label), value(*sides[0]), value(*sides[1]), value(*sides[2])}); };
  row("Hosts on", [](const json& f) { return fmt::format("{} of {}", f.at("hosts_on").dump(), f.at("hosts").dump()); });
  row("VMs", [](const json& f) { return f.at("vms").dump(); });
  row("Hosts' bill", [](const json& f) { return usd(f.at("host_usd_per_hour")); });
  if (sides[0]->at("allocation_usd_per_hour") != 0 || sides[1]->at("allocation_usd_per_hour") != 0)
    row("Allocations' bill", [](const json& f) { return usd(f.at("allocation_usd_per_hour")); });
  row("CPU at risk on", over_risk);
  for (Resource r : kAllResources)
    row(fmt::format("Fullest in {}", name(r)), [&](const json& f) {
      const json& fullest = f.at("fullest").at(std::string(name(r)));
      return text_of(fullest, "host").empty() ? "-" : fmt::format("{} {}", text_of(fullest, "host"), percent(fullest.at("share")));
    });
  row("Takes more VMs *", takes_more);
  const json& typical = answer.at("typical_vm");
  if (text_of(typical, "name").empty()) return table.text();
  return table.text() + fmt::format("* like {} ({}), the one in the middle by size\n", harmless(text_of(typical, "name")), size_of(typical.at("allocation")));
}

std::string from_of(const json& placed) { return text_of(placed, "from").empty() ? "(new)" : text_of(placed, "from"); }

std::string how_of(const json& placed) {
  return text_of(placed, "how") + (placed.at("starts_host").get<bool>() ? ", once that host has been started" : "");
}

std::string placed_text(const json& answer) {
  json found = json::array(), none = json::array();
  for (const json& p : answer.at("placed")) (text_of(p, "to").empty() ? none : found).push_back(p);
  return listed(fmt::format("Without a place ({} of {})", none.size(), answer.at("placed").size()), {"VM", "SIZE", "FROM", "FATE", "WHY"}, none,
                [](const json& p, std::size_t) {
                  return std::vector<std::string>{p.at("vm"), size_of(p.at("allocation")), from_of(p), how_of(p), p.at("why")};
                }) +
         listed("First, in this order", {"", "VM", "SIZE", "FROM", "TO", "HOW"}, found, [](const json& p, std::size_t i) {
           return std::vector<std::string>{fmt::format("{}", i + 1), p.at("vm"), size_of(p.at("allocation")), from_of(p), p.at("to"), how_of(p)};
         });
}

std::string arrival_text(const json& arrival) {
  json hosts = arrival.at("ranked");
  const std::size_t fit = hosts.size();
  for (const json& refused : arrival.at("refused")) hosts.push_back(refused);
  std::string title = fmt::format("Where {} ({}) could go", harmless(text_of(arrival, "vm")), size_of(arrival.at("allocation")));
  if (const auto also = arrival.at("also").get<std::size_t>(); also > 0) title += fmt::format(", best first; {} hosts more would do", also);
  return listed(title, {"", "HOST", "TYPE", "USD/H", "CPU RISK", "WHY NOT"}, hosts, [&](const json& c, std::size_t i) {
    return std::vector<std::string>{i < fit ? fmt::format("{}", i + 1) : "-", c.at("host"), c.at("type"),
                                    fmt::format("{:.3f}", c.at("usd_per_hour").get<double>()), percent(c.at("cpu_exceedance")),
                                    c.at("start").get<bool>() && i < fit ? "would be started for it" : c.at("refused")};
  });
}

}  // namespace

std::string plan_now_text(const json& plan) {
  std::string text = fmt::format("Planned at {}: {}\n{}", moment(plan.at("made_at")), sum_up(plan), actions_and_denied(plan));
  for (const json& breach : plan.at("breaches")) text += fmt::format("Breach: {}\n", harmless(breach.get<std::string>()));
  return text;
}

std::string what_if_text(const json& answer) {
  std::string text = fmt::format("What if, at {}:\n", moment(answer.at("now")));
  for (const json& change : answer.at("changes")) text += fmt::format("  {}\n", harmless(change.get<std::string>()));
  text += "\n" + figures_table(answer) + placed_text(answer);
  for (const json& arrival : answer.at("arrivals")) text += arrival_text(arrival);
  text += fmt::format("\nPlanned as it is: {}\nPlanned then:     {}\n", sum_up(answer.at("plan_before")), sum_up(answer.at("plan")));
  return text + actions_and_denied(answer.at("plan"));
}

}  // namespace headroom::cli
