#include "json_parts.h"

namespace headroom {

nlohmann::json status_json(const State& s) {
  const RunInfo& run = *s.run;
  nlohmann::json model;
  if (run.model)
    model = {{"trained_from", to_rfc3339(run.model->trained_from)},
             {"trained_to", to_rfc3339(run.model->trained_to)},
             {"vms", run.model->vms}};
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
          {"decision_ms", rounded(s.decision_ms)},
          {"forecast_ms", rounded(s.forecast_ms)}};
}

}  // namespace headroom
