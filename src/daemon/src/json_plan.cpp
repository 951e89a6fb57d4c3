#include "json_parts.h"
#include "words.h"

namespace headroom {
namespace {

// What programs want to know of a reason, besides its sentence.
nlohmann::json about(const Reason& why) {
  return {{"code", name(why.code)},
          {"rule", why.rule},
          {"resource", why.resource ? nlohmann::json(name(*why.resource)) : nlohmann::json()},
          {"horizon_seconds", why.horizon.count() / 1000},
          {"confidence", rounded(why.confidence)}};
}

double seconds(Duration d) { return static_cast<double>(d.count()) / 1000; }

// When a move starts and what it is predicted to take; null: at once, and nothing is predicted.
nlohmann::json schedule_json(const std::optional<MoveSchedule>& schedule, const std::vector<std::string>& after) {
  if (!schedule) return nullptr;
  return {{"start_seconds", seconds(schedule->start)},
          {"after", after},
          {"bandwidth_bytes_per_second", schedule->bandwidth.count()},
          {"bytes", schedule->bytes.count()},
          {"takes_seconds", seconds(schedule->takes)},
          {"takes_95_seconds", seconds(schedule->takes_95)},
          {"downtime_seconds", seconds(schedule->downtime)},
          {"breach_seconds", schedule->breach ? nlohmann::json(seconds(*schedule->breach)) : nlohmann::json()}};
}

// What is to be done, in figures and words.
nlohmann::json intended(const Action& a, const std::string& vm, const std::string& from, const std::string& to, const std::string& text,
                        const std::string& reason, const std::vector<std::string>& after) {
  nlohmann::json object = about(a.reason);
  object.update({{"kind", name(a.kind)},
                 {"vm", vm},
                 {"from", from},
                 {"to", to},
                 {"before", to_json(a.before)},
                 {"after", to_json(a.after)},
                 {"text", text},
                 {"reason", reason},
                 {"schedule", schedule_json(a.schedule, after)},
                 {"saves_usd_per_hour", a.reason.saves_usd_per_hour}});
  return object;
}

}  // namespace

nlohmann::json action_json(const Snapshot& s, const Action& a) {
  const std::string from = host_name(s, a.from), to = host_name(s, a.to.valid() ? a.to : a.from);
  nlohmann::json object = intended(a, vm_name(s, a.vm), from, to, action_text(a, from, to), to_text(a.reason), waits_for(s, a));
  object["level"] = name(a.level);
  return object;
}

nlohmann::json to_json(const ActionEntry& e) {
  nlohmann::json object = intended(e.action, e.vm, e.from, e.to, e.text, e.reason, e.after);
  object.update({{"id", e.id},
          {"at", to_rfc3339(e.at)},
          {"decision", name(e.decision)},
          {"why_refused", e.why_refused},
          {"state", name(e.state)},
          {"ended_at", e.ended_at ? nlohmann::json(to_rfc3339(*e.ended_at)) : nlohmann::json()},
          {"message", e.message}});
  return object;
}

nlohmann::json to_json(const DeniedEntry& e) {
  return {{"at", to_rfc3339(e.at)}, {"since", to_rfc3339(e.since)}, {"times", e.times}, {"vm", e.vm},
          {"host", e.host},         {"wanted", e.wanted},           {"why", e.why}};
}

nlohmann::json to_json(const AlertEntry& e) {
  nlohmann::json object = about(e.reason);
  object.update({{"at", to_rfc3339(e.at)}, {"vm", e.vm}, {"host", e.host}, {"text", e.text}});
  return object;
}

nlohmann::json plan_json(const State& state) {
  nlohmann::json object{{"made_at", to_rfc3339(state.snapshot.taken_at)},
                        {"actions", list(state.plan)},
                        {"denied", list(state.denied, kMostDenied)},
                        {"alerts", list(state.alerts, kMostAlerts)},
                        {"breaches", state.breaches}};
  if (state.denied.size() > kMostDenied || state.alerts.size() > kMostAlerts) object["truncated"] = true;
  return object;
}

nlohmann::json actions_json(const State& state, const std::vector<ActionEntry>& actions) {
  return {{"now", to_rfc3339(state.snapshot.taken_at)}, {"actions", list(actions)}};
}

}  // namespace headroom
