#include <cmath>

#include "json_parts.h"
#include "words.h"

namespace headroom {
namespace {

// Shares of which the last thousandth is told, so to a ten-thousandth.
double exact(double share) { return std::round(share * 10'000) / 10'000; }

nlohmann::json counted(double sum) { return std::llround(sum); }

nlohmann::json or_null(double judgements, double value) { return judgements > 0 ? nlohmann::json(exact(value)) : nlohmann::json(); }

template <class OfLevel>
nlohmann::json held(double judgements, OfLevel&& of_level) {
  nlohmann::json shares = nlohmann::json::array();
  for (std::size_t l = 0; l < kLevelCount; ++l) shares.push_back(or_null(judgements, of_level(l)));
  return shares;
}

nlohmann::json head_json(const HeadAccuracy& head, Duration step) {
  const SampledLosses& sampled = head.sampled;
  return {{"resource", name(head.resource)},
          {"target", head.peak ? "peak" : "value"},
          {"horizon_seconds", head.horizon_steps * step.count() / 1000},
          {"judgements", counted(head.judgements)},
          {"held", held(head.judgements, [&](std::size_t l) { return head.held[l]; })},
          {"loss", or_null(head.judgements, head.loss)},
          {"sampled",
           {{"judgements", counted(sampled.targets)},
            {"loss", or_null(sampled.targets, sampled.given)},
            {"model_loss", or_null(sampled.targets, sampled.model)},
            {"unconditional_loss", or_null(sampled.targets, sampled.base)}}}};
}

constexpr std::size_t kMovesTold = 20;

double seconds(Duration d) { return static_cast<double>(d.count()) / 1000; }

nlohmann::json to_json(const Snapshot& s, const FinishedMove& m) {
  return {{"at", to_rfc3339(m.ended_at)},
          {"vm", vm_name(s, m.vm)},
          {"from", host_name(s, m.from)},
          {"to", host_name(s, m.to)},
          {"formula_seconds", seconds(m.predicted.estimated)},
          {"predicted_seconds", seconds(m.predicted.takes)},
          {"predicted_95_seconds", seconds(m.predicted.takes_95)},
          {"measured_seconds", seconds(m.took)},
          {"predicted_downtime_seconds", seconds(m.predicted.downtime)},
          {"measured_downtime_seconds", m.downtime ? nlohmann::json(seconds(*m.downtime)) : nlohmann::json()}};
}

nlohmann::json off_json(double known, const Off& off) { return {{"median", or_null(known, off.median)}, {"p90", or_null(known, off.p90)}}; }

// Of the newest; the last ones one by one, the newest first.
nlohmann::json migrations_json(const State& state) {
  const MoveAccuracy a = accuracy_of(state.moves);
  const auto known = static_cast<double>(a.moves);
  nlohmann::json newest = nlohmann::json::array();
  for (auto m = state.moves.rbegin(); m != state.moves.rend() && newest.size() < kMovesTold; ++m) newest.push_back(to_json(state.snapshot, *m));
  return {{"finished", state.moves_finished},
          {"judged", a.moves},
          {"within_95", or_null(known, a.within_95)},
          {"predicted_off", off_json(known, a.predicted)},
          {"formula_off", off_json(known, a.formula)},
          {"downtime_off_p90_seconds", or_null(static_cast<double>(a.downtimes), seconds(a.downtime_off_p90))},
          {"newest", std::move(newest)}};
}

}  // namespace

nlohmann::json accuracy_summary(const std::optional<LiveReport>& report) {
  if (!report) return nullptr;
  const double judgements = report->judgements();
  return {{"judgements", counted(judgements)},
          {"levels", levels_json()},
          {"held", held(judgements, [&](std::size_t l) { return report->held(l); })},
          {"loss_over_model", exact(report->given_over_model())}};
}

nlohmann::json accuracy_json(const State& state) {
  nlohmann::json answer{{"now", to_rfc3339(state.snapshot.taken_at)}, {"accuracy", nullptr}, {"migrations", migrations_json(state)}};
  if (!state.accuracy) return answer;
  nlohmann::json heads = nlohmann::json::array(), chances = nlohmann::json::array();
  for (const HeadAccuracy& head : state.accuracy->heads) heads.push_back(head_json(head, state.run->step));
  for (const ChanceBin& bin : state.accuracy->chances)
    chances.push_back({{"judgements", counted(bin.judgements)},
                       {"said", or_null(bin.judgements, bin.said)},
                       {"happened", or_null(bin.judgements, bin.happened)}});
  nlohmann::json accuracy = accuracy_summary(state.accuracy);
  accuracy["heads"] = std::move(heads);
  accuracy["chances"] = std::move(chances);
  answer["accuracy"] = std::move(accuracy);
  return answer;
}

}  // namespace headroom
