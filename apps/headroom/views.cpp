#include "views.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "headroom/sim/report_table.h"
#include "table.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

std::string key(Resource r) { return std::string(name(r)); }

const json& at_resource(const json& by_resource, Resource r) {
  static const json kNone;
  return by_resource.is_object() && by_resource.contains(key(r)) ? by_resource.at(key(r)) : kNone;
}

// The higher of CPU's and memory's chance to pass the limit.
json worst(const json& exceedance) {
  json most;
  for (Resource r : {Resource::kCpu, Resource::kMemory}) {
    const json& one = at_resource(exceedance, r);
    if (one.is_number() && (most.is_null() || one > most)) most = one;
  }
  return most;
}

std::string subject(const json& action) {
  const std::string vm = action.at("vm").get<std::string>();
  return vm.empty() ? action.at("from").get<std::string>() : vm;
}

// "42 %, 0.3 GiB sent, pass 2, expected at 12:03:10"; nothing of what is not under way.
std::string progress_of(const json& action) {
  const json progress = action.value("progress", json());
  if (!progress.is_object() || !action.at("share_done").is_number()) return {};
  std::string text = fmt::format(" {:.0f} %", 100 * action.at("share_done").get<double>());
  if (progress.at("sent_bytes").is_number()) text += fmt::format(", {} sent", to_text(Resource::kMemory, progress.at("sent_bytes").get<double>()));
  if (progress.at("pass").is_number() && progress.at("pass") > 0) text += fmt::format(", pass {}", progress.at("pass").dump());
  const std::string end = progress.at("expected_end").is_string() ? progress.at("expected_end").get<std::string>() : "";
  return end.size() < 19 ? text : text + ", expected at " + end.substr(11, 8);
}

std::string state_of(const json& action) {
  const std::string why = action.at("why_refused").get<std::string>(), message = action.at("message").get<std::string>();
  return fmt::format("{}{}{}{}", action.at("state").get<std::string>(), progress_of(action), why.empty() ? "" : ": " + why,
                     message.empty() ? "" : ": " + message);
}

Report read_report(const json& policy) {
  Report r;
  r.policy = policy.at("policy");
  r.overload_vm_minutes = policy.at("overload_vm_minutes");
  r.overload_share = policy.at("overload_share");
  r.bill_per_day = policy.at("bill_per_day");
  r.host_bill_per_day = policy.at("host_bill_per_day");
  r.scalings_per_vm_day = policy.at("scalings_per_vm_day");
  r.migrations_per_vm_day = policy.at("migrations_per_vm_day");
  r.overload_by_day = policy.at("overload_by_day").get<std::vector<double>>();
  const json& cause = policy.at("overload_by_cause");
  for (Resource r2 : {Resource::kCpu, Resource::kMemory}) {
    r.own_limit_minutes[index(r2)] = cause.at("vm_" + key(r2));
    r.host_limit_minutes[index(r2)] = cause.at("host_" + key(r2));
  }
  return r;
}

// "NAME:   value" lines.
std::string facts(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::size_t width = 0;
  for (const auto& [label, value] : lines) width = std::max(width, label.size());
  std::string text;
  for (const auto& [label, value] : lines) text += fmt::format("{:<{}}  {}\n", label + ":", width + 1, harmless(value));
  return text;
}

std::string section(std::string_view title, const std::string& body) {
  return body.empty() ? fmt::format("\n{}: none\n", title) : fmt::format("\n{}:\n{}", title, body);
}

}  // namespace

std::string amount(const json& by_resource, Resource r) {
  constexpr double kNoLimit = 1e15;  // beyond any machine: the endless host of the vertical view
  const json& one = at_resource(by_resource, r);
  if (!one.is_number()) return "-";
  return one.get<double>() >= kNoLimit ? "no limit" : to_text(r, one.get<double>());
}

std::string of(const json& part, const json& whole, Resource r) {
  const std::string second = amount(whole, r);
  return fmt::format("{} / {}", without_shared_unit(amount(part, r), second), second);
}

std::string percent(const json& share) {
  if (!share.is_number()) return "-";
  const double value = share.get<double>() * 100;
  if (value > 0 && value < 0.05) return "<0.1 %";
  return value > 0 && value < 10 ? fmt::format("{:.1f} %", value) : fmt::format("{:.0f} %", value);
}

std::string counted(const json& count, std::string_view what) {
  return fmt::format("{} {}{}", count.dump(), what, count == 1 ? "" : "s");
}

std::string moment(const json& at) {
  if (!at.is_string()) return "-";
  std::string text = at.get<std::string>().substr(0, 16);
  if (text.size() > 10) text[10] = ' ';
  return harmless(std::move(text));
}

namespace {

// What the figures "within 15 minutes" are of: the first horizon from there on, else the last. " 15M"; nothing before forecasts are made.
std::string near_horizon(const json& of) {
  const json horizons = of.value("horizons_seconds", json::array());
  constexpr std::int64_t kNear = 15 * 60;
  std::int64_t seconds = 0;
  for (const json& h : horizons)
    if (seconds < kNear) seconds = h.get<std::int64_t>();
  if (seconds == 0) return {};
  std::string text = " " + to_text(Duration(std::chrono::seconds(seconds)));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string power_of(const json& host) {
  if (host.at("power") == "unreachable") return "unreachable since " + moment(host.at("unreachable_since"));
  if (host.at("power") != "on" || host.value("answers", true)) return host.at("power");  // of a host that is off nobody expects an answer: null
  return "silent since " + moment(host.at("heard_at"));
}

}  // namespace

std::string hosts_table(const json& fleet) {
  Table table({"NAME", "TYPE", "POWER", "VMS", "CPU USED", "CPU GIVEN", "MEMORY GIVEN", "OVERLOAD RISK", "USD/H"});
  for (const json& h : fleet.at("hosts"))
    table.add({h.at("name"), h.at("type"), power_of(h), h.at("vms").dump(), of(h.at("used"), h.at("deliverable"), Resource::kCpu),
               of(h.at("allocated"), h.at("admissible"), Resource::kCpu),
               of(h.at("allocated"), h.at("admissible"), Resource::kMemory),
               h.at("risk").is_object() ? percent(h.at("risk").at("cpu_exceedance")) : "-",
               fmt::format("{:.3f}", h.at("usd_per_hour").get<double>())});
  return table.text();
}

std::string vms_table(const json& fleet) {
  const std::string within = near_horizon(fleet);
  Table table({"NAME", "HOST", "FORECAST", "CPU", "MEMORY", "CPU PEAK" + within, "MEMORY PEAK" + within, "OVER LIMIT"});
  for (const json& vm : fleet.at("vms"))
    table.add({vm.at("name"), vm.at("host"), vm.at("state"), of(vm.at("used"), vm.at("allocation"), Resource::kCpu),
               of(vm.at("used"), vm.at("allocation"), Resource::kMemory), amount(vm.at("peak_q95_15m"), Resource::kCpu),
               amount(vm.at("peak_q95_15m"), Resource::kMemory), percent(worst(vm.at("exceedance_15m")))});
  return table.text();
}

std::string actions_table(const json& actions) {
  Table table({"AT", "ABOUT", "ACTION", "STATE", "REASON"});
  for (const json& a : actions) table.add({moment(a.at("at")), subject(a), a.at("text"), state_of(a), a.at("reason")});
  return table.empty() ? std::string() : table.text();
}

std::string denied_table(const json& denied) {
  Table table({"SINCE", "ABOUT", "WANTED", "WHY NOT"});
  for (const json& d : denied)
    table.add({moment(d.at("since")), d.at("vm").get<std::string>().empty() ? d.at("host") : d.at("vm"), d.at("wanted"), d.at("why")});
  return table.empty() ? std::string() : table.text();
}

std::string alerts_table(const json& alerts) {
  Table table({"VM", "HOST", "ALERT"});
  for (const json& a : alerts) table.add({a.at("vm"), a.at("host"), a.at("text")});
  return table.empty() ? std::string() : table.text();
}

std::string plan_text(const json& plan) {
  std::string text = fmt::format("Made at {}\n", moment(plan.at("made_at")));
  text += section("Actions", actions_table(plan.at("actions")));
  text += section("Denied", denied_table(plan.at("denied")));
  text += section("Alerts", alerts_table(plan.at("alerts")));
  for (const json& breach : plan.at("breaches")) text += fmt::format("Breach: {}\n", harmless(breach.get<std::string>()));
  return text;
}

std::string score_text(const json& score) {
  std::vector<Report> reports;
  for (const json& policy : score.at("policies")) reports.push_back(read_report(policy));
  if (reports.empty()) return "Nothing has been run yet.\n";
  return fmt::format("Up to {}\n\n{}", moment(score.at("policies").at(0).at("now")), report_table(reports));
}

// An older manager says nothing of it.
std::string training_text(const json& s) {
  const json trainer = s.value("trainer", json());
  if (!trainer.is_object()) return "off";
  const bool training = trainer.at("state") == "training";
  std::string text = training ? fmt::format("{:.0f} % done", 100 * trainer.at("share").get<double>()) : "idle";
  if (!training && trainer.at("next_at").is_string()) text += ", next at " + moment(trainer.at("next_at"));
  if (trainer.at("last").is_object()) text += "; " + trainer.at("last").at("text").get<std::string>();
  return text;
}

std::string model_text(const json& s) {
  const std::string missing = s.value("without_model", "");
  if (!missing.empty()) return missing;
  const json& model = s.at("model");
  if (!model.is_object()) return "none";
  std::string text = fmt::format("trained on {}, {} to {}", counted(model.at("vms"), "VM"), moment(model.at("trained_from")),
                                 moment(model.at("trained_to")));
  const json drift = s.value("drift", json());
  return drift.is_object() ? text + "; " + drift.at("text").get<std::string>() : text;
}

std::string trial_text(const json& s) {
  const json trial = s.value("trial", json());
  if (!trial.is_object()) return "none";
  std::string text;
  if (trial.at("state") != "over")
    text = fmt::format("{} since {}: the challenger loses {:.3f} times what the present model does on {} live targets; ",
                       trial.at("state").get<std::string>(), moment(trial.at("since")), trial.at("loss_over_champion").get<double>(),
                       trial.at("targets").dump());
  return text + trial.at("last").at("text").get<std::string>();
}

namespace {

std::string what_runs(const json& s) {
  const std::string name = s.at("scenario"), fleet = fmt::format("{} on {}", counted(s.at("vms"), "VM"), counted(s.at("hosts"), "host"));
  if (s.value("mode", "") != "live") return fmt::format("{}, {} view, {}", name, s.at("view").get<std::string>(), fleet);
  const auto silent = s.value("hosts_silent", std::size_t{0});
  return fmt::format("{}, level {}, {}{}", name, s.value("level", "-"), fleet,
                     silent == 0 ? "" : fmt::format(", of which {} {} not answer", silent, silent == 1 ? "does" : "do"));
}

std::string when(const json& s) {
  const std::string now = moment(s.at("now")), round = s.at("round").dump(), from = moment(s.at("from"));
  if (s.value("mode", "") == "live") return fmt::format("{}  (round {} since {}, one every {} s)", now, round, from, s.at("every_seconds").dump());
  return fmt::format("{}  (round {} of {}, {} to {})", now, round, s.at("rounds").dump(), from, moment(s.at("to")));
}

}  // namespace

std::string status_text(const json& s) {
  std::string state = s.at("state");
  if (!s.at("message").get<std::string>().empty()) state += ": " + s.at("message").get<std::string>();
  if (const std::string alarm = s.value("alarm", ""); !alarm.empty()) state = fmt::format("ALARM, nothing is begun any more: {}; {}", alarm, state);
  return facts({{"State", state},
                {s.value("mode", "") == "live" ? "Fleet" : "Replays", what_runs(s)},
                {"Policy", s.at("policy")},
                {"Now", when(s)},
                {"Model", model_text(s)},
                {"Forecasts", bounds_held(s.value("accuracy", json()))},
                {"Training", training_text(s)},
                {"Trial", trial_text(s)},
                {"Last round", fmt::format("forecast {:.1f} ms, decision {:.2f} ms", s.at("forecast_ms").get<double>(),
                                           s.at("decision_ms").get<double>())},
                {"Version", s.at("version")}});
}

std::string vm_text(const json& vm) {
  std::string text = facts({{"Name", vm.at("name")},
                            {"Host", vm.at("host")},
                            {"Level", vm.at("level")},
                            {"Owner", vm.at("owner").get<std::string>().empty() ? "Headroom" : vm.at("owner")},
                            {"Mobility", fmt::format("{} ({})", vm.at("mobility").get<std::string>(), vm.at("mobility_reason").get<std::string>())},
                            {"Forecast", vm.at("state")}});
  const std::string within = vm.at("forecast").is_object() ? near_horizon(vm.at("forecast")) : std::string();
  Table table({"RESOURCE", "USED", "GIVEN", "CEILING", "PEAK" + within + " (95 %)", "OVER LIMIT" + within, "SCALING"});
  for (Resource r : kAllResources)
    table.add({key(r), amount(vm.at("used"), r), amount(vm.at("allocation"), r), amount(vm.at("ceiling"), r),
               amount(vm.at("peak_q95_15m"), r), percent(at_resource(vm.at("exceedance_15m"), r)), vm.at("scaling").at(key(r))});
  return text + "\n" + table.text() + section("Actions", actions_table(vm.at("actions"))) +
         section("Denied", denied_table(vm.at("denied")));
}

std::string host_text(const json& host) {
  const json& risk = host.at("risk");
  std::string text = facts({{"Name", host.at("name")},
                            {"Type", host.at("type")},
                            {"Power", power_of(host)},
                            {"Price", fmt::format("{}, {:.3f} USD/h", host.at("price_class").get<std::string>(), host.at("usd_per_hour").get<double>())},
                            {"Overload risk", risk.is_object() ? fmt::format("{} within {} min (CPU {} expected, {} at 95 %)",
                                                                             percent(risk.at("cpu_exceedance")),
                                                                             risk.at("horizon_seconds").get<int>() / 60,
                                                                             to_text(Resource::kCpu, risk.at("cpu_mean")),
                                                                             to_text(Resource::kCpu, risk.at("cpu_q95")))
                                                               : std::string("not known yet")}});
  Table table({"RESOURCE", "USED", "GIVEN", "DELIVERABLE", "ADMISSIBLE"});
  for (Resource r : kAllResources)
    table.add({key(r), amount(host.at("used"), r), amount(host.at("allocated"), r), amount(host.at("deliverable"), r),
               amount(host.at("admissible"), r)});
  std::string residents;
  for (const json& vm : host.at("residents")) residents += "  " + harmless(vm.get<std::string>()) + "\n";
  return text + "\n" + table.text() + section("VMs", residents) + section("Actions", actions_table(host.at("actions")));
}

}  // namespace headroom::cli
