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

}  // namespace

nlohmann::json status_json(const State& s) {
  const RunInfo& run = *s.run;
  nlohmann::json model;
  if (s.model)
    model = {{"trained_from", to_rfc3339(s.model->info().trained_from)},
             {"trained_to", to_rfc3339(s.model->info().trained_to)},
             {"vms", s.model->info().vms}};
  return {{"version", run.version},
          {"mode", "replay"},
          {"scenario", run.scenario},
          {"view", run.view},
          {"policy", run.policy},
          {"state", name(s.state)},
          {"message", s.message},
          {"now", to_rfc3339(s.snapshot.taken_at)},
          {"from", to_rfc3339(run.from)},
          {"to", to_rfc3339(run.to)},
          {"step_seconds", run.step.count() / 1000},
          {"round", s.round},
          {"rounds", run.rounds},
          {"vms", s.snapshot.vms.size()},
          {"hosts", s.snapshot.hosts.size()},
          {"model", std::move(model)},
          {"trainer", trainer_json(s.trainer)},
          {"accuracy", accuracy_summary(s.accuracy)},
          {"decision_ms", rounded(s.decision_ms)},
          {"forecast_ms", rounded(s.forecast_ms)}};
}

}  // namespace headroom
