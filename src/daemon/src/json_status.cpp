#include <algorithm>
#include <cmath>

#include "json_parts.h"

namespace headroom {
namespace {

nlohmann::json trainer_json(const std::optional<TrainerStatus>& trainer) {
  if (!trainer) return nullptr;
  nlohmann::json next, last;
  if (trainer->next) next = to_rfc3339(*trainer->next);
  if (trainer->last)
    last = {{"at", to_rfc3339(trainer->last->at)}, {"outcome", name(trainer->last->end)}, {"text", trainer->last->text}};
  return {{"state", trainer->training ? "training" : "idle"},
          {"share", rounded(trainer->share)},
          {"next_at", std::move(next)},
          {"last", std::move(last)}};
}

nlohmann::json or_null(const std::optional<Instant>& at) { return at ? nlohmann::json(to_rfc3339(*at)) : nlohmann::json(); }

nlohmann::json drift_json(const std::optional<Drift>& drift) {
  if (!drift) return nullptr;
  nlohmann::json over, lean;
  if (drift->known) over = rounded(drift->loss_over_card), lean = rounded(drift->lean);
  return {{"raised", drift->raised}, {"loss_over_card", std::move(over)}, {"lean", std::move(lean)}, {"text", drift->text}};
}

nlohmann::json trial_json(const std::optional<SuccessionStatus>& s) {
  if (!s || (!s->trial && s->text.empty())) return nullptr;
  return {{"state", s->probation ? "probation" : s->trial ? "trial" : "over"},
          {"since", or_null(s->since)},
          {"targets", std::llround(s->targets)},
          {"loss_over_champion", rounded(s->loss_over_champion)},
          {"last", {{"at", or_null(s->changed)}, {"text", s->text}}}};
}

std::size_t silent(const State& s) {
  const auto& hosts = s.snapshot.hosts;
  return s.unheard.size() + static_cast<std::size_t>(std::count_if(hosts.begin(), hosts.end(), [&](const Host& h) {
           return h.power == PowerState::kOn && !answers(s, h);
         }));
}

}  // namespace

nlohmann::json status_json(const State& s) {
  const RunInfo& run = *s.run;
  nlohmann::json model;
  if (s.model)
    model = {{"trained_from", to_rfc3339(s.model->info().trained_from)},
             {"trained_to", to_rfc3339(s.model->info().trained_to)},
             {"vms", s.model->info().vms}};
  nlohmann::json to, rounds;
  if (run.to) to = to_rfc3339(*run.to);
  if (run.rounds) rounds = *run.rounds;
  return {{"version", run.version},
          {"mode", name(run.mode)},
          {"scenario", run.scenario},
          {"view", run.view},
          {"policy", run.policy},
          {"state", name(s.state)},
          {"message", s.message},
          {"troubles", s.troubles},
          {"alarm", s.alarm},
          {"level", name(run.level)},
          {"now", to_rfc3339(s.snapshot.taken_at)},
          {"from", to_rfc3339(run.from)},
          {"to", std::move(to)},
          {"step_seconds", run.step.count() / 1000},
          {"every_seconds", run.every.count() / 1000},
          {"round", s.round},
          {"rounds", std::move(rounds)},
          {"vms", s.snapshot.vms.size()},
          {"hosts", s.snapshot.hosts.size() + s.unheard.size()},
          {"hosts_silent", silent(s)},
          {"model", std::move(model)},
          {"without_model", s.without_model},
          {"drift", drift_json(s.drift)},
          {"trial", trial_json(s.succession)},
          {"trainer", trainer_json(s.trainer)},
          {"accuracy", accuracy_summary(s.accuracy)},
          {"decision_ms", rounded(s.decision_ms)},
          {"forecast_ms", rounded(s.forecast_ms)}};
}

}  // namespace headroom
