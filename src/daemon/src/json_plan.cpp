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

// How far one is that is under way; null of others, and while nothing has been heard of it.
nlohmann::json progress_json(const ActionEntry& e) {
  if (e.state != EntryState::kRunning || !e.progress) return nullptr;
  const EntryProgress& p = *e.progress;
  const auto after = [&](Duration d) { return nlohmann::json(to_rfc3339(p.started_at + d)); };
  nlohmann::json object{{"at", to_rfc3339(p.at)}, {"sent_bytes", nullptr}, {"left_bytes", nullptr}, {"pass", nullptr}, {"expected_end", nullptr}, {"latest_end", nullptr}};
  if (p.transfer) object.update({{"sent_bytes", p.transfer->sent.count()}, {"left_bytes", p.transfer->left.count()}, {"pass", p.transfer->pass}});
  if (const auto& schedule = e.action.schedule) object.update({{"expected_end", after(schedule->takes)}, {"latest_end", after(schedule->takes_95)}});
  return object;
}

nlohmann::json share_done(const ActionEntry& e) {
  return e.state == EntryState::kRunning && e.progress ? nlohmann::json(rounded(e.progress->share_done)) : nlohmann::json();
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
          {"message", e.message},
          {"share_done", share_done(e)},
          {"progress", progress_json(e)}});
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
