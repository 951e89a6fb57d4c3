#include "headroom/accuracy/report_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace headroom {
namespace {

using nlohmann::json;

constexpr std::array<const char*, kScoredCount> kNames{"q10", "q50", "q90", "q95", "q99"};

json number(double x) { return std::isfinite(x) ? json(x) : json(); }

json of_target(ScoredTarget target) { return {{"target", target.peak ? "peak" : "point"}, {"h", target.steps}}; }

json of_limit(const Limit& limit) {
  return limit.own ? json{{"kind", "own_quantile"}, {"at", limit.at}} : json{{"kind", "share_of_allocation"}, {"at", limit.at}};
}

// {"cal_err_q10": ..., ...}
template <class Figure>
void put_by_level(json& into, const char* prefix, Figure figure) {
  for (std::size_t l = 0; l < kScoredCount; ++l) into[fmt::format("{}_{}", prefix, kNames[l])] = number(figure(l));
}

json accuracy_json(const AccuracyFigures& f) {
  json j = of_target(f.target);
  j.update({{"resource", scored_name(f.resource)},
            {"series", f.series},
            {"idle", f.idle},
            {"keys", f.forecasts},
            {"MAE", number(f.mae)},
            {"naiveMAE", number(f.naive_mae)},
            {"MASE", number(f.mase)},
            {"relMAE", number(f.rel_mae)},
            {"rWQL", number(f.rwql)},
            {"gWQL", number(f.gwql)},
            {"cover80", number(f.cover80)},
            {"naive_cover80", number(f.naive_cover80)},
            {"width80", number(f.width80)},
            {"naive_width80", number(f.naive_width80)},
            {"ser80", number(f.covering_series)}});
  put_by_level(j, "lo", [&](std::size_t l) { return f.below[l]; });
  put_by_level(j, "hi", [&](std::size_t l) { return f.at_or_below[l]; });
  put_by_level(j, "cal_err", [&](std::size_t l) { return f.calibration_error(l); });
  return j;
}

json mean_json(const MeanFigures& m) {
  json j = of_target(m.target);
  j.update({{"rWQL", number(m.rwql)}, {"gWQL", number(m.gwql)}, {"relMAE", number(m.rel_mae)}});
  put_by_level(j, "cal_err", [&](std::size_t l) { return m.calibration_error[l]; });
  return j;
}

json calibration_json(const SeriesCalibration& c) {
  json j = of_target(c.target);
  j.update({{"series", c.series}, {"keys_per_series", c.forecasts}, {"days", c.days}});
  put_by_level(j, "mean", [&](std::size_t l) { return c.mean[l]; });
  put_by_level(j, "p90", [&](std::size_t l) { return c.p90[l]; });
  put_by_level(j, "daily", [&](std::size_t l) { return c.daily[l]; });
  return j;
}

json alarms_json(const LimitTally& tally, double step_minutes) {
  const AlarmTally& a = tally.alarms;
  json j = of_target(tally.target);
  j.update({{"resource", scored_name(tally.resource)},
            {"limit", of_limit(tally.limit)},
            {"series", tally.series},
            {"keys", a.forecasts},
            {"events", a.events},
            {"onsets_seen", a.onsets},
            {"AP", number(a.own.ranked.average_precision())},
            {"naive_AP", number(a.naive.ranked.average_precision())}});
  for (std::size_t l = 0; l < AlarmTally::kAlarmLevels; ++l) {
    const std::string at = kNames[l + 1];
    for (const auto& [prefix, counts] : {std::pair<std::string, const AlarmTally::Counts&>{"", a.own}, {"naive_", a.naive}}) {
      j[prefix + "prec_" + at] = counts.precision(l);
      j[prefix + "rec_" + at] = counts.recall(l, a.events);
      j[prefix + "F1_" + at] = counts.f1(l, a.events);
    }
    j["warned_" + at] = number(a.warned(l));
    j["lead_min_" + at] = number(a.median_lead_steps(l) * step_minutes);
  }
  return j;
}

json reliability_json(const LimitTally& tally) {
  const Reliability& r = tally.reliability;
  json bins = json::array();
  for (std::size_t i = 0; i < Reliability::kBins; ++i) {
    const Reliability::Bin& bin = r.bins[i];
    if (bin.forecasts > 0)
      bins.push_back({{"from", Reliability::kEdges[i]}, {"to", Reliability::kEdges[i + 1]}, {"keys", bin.forecasts},
                      {"stated", bin.stated()}, {"happened", bin.happened()}});
  }
  json j = of_target(tally.target);
  j.update({{"resource", scored_name(tally.resource)}, {"limit", of_limit(tally.limit)}, {"keys", r.forecasts()},
            {"events", r.events()}, {"brier", number(r.brier())}, {"brier_skill", number(r.brier_skill())},
            {"mean_gap", number(r.error())}, {"bins", bins}});
  return j;
}

json worst_json(const AccuracyReport& report, const Fleet& fleet) {
  json by_loss = json::array(), by_calibration = json::array();
  for (const WorstByLoss& w : report.worst_by_loss)
    by_loss.push_back({{"series_id", series_id(fleet.vms[w.vm], w.resource)}, {"resource", scored_name(w.resource)},
                       {"loss_ratio", w.loss_ratio}, {"keys", w.forecasts}});
  for (const WorstByCalibration& w : report.worst_by_calibration) {
    json j = of_target(w.target);
    j.update({{"series_id", series_id(fleet.vms[w.vm], w.resource)},
              {"resource", scored_name(w.resource)},
              {"quantile", kNames[w.level]},
              {"cal_err", w.error},
              {"lo", w.below},
              {"hi", w.at_or_below},
              {"keys", w.forecasts}});
    by_calibration.push_back(std::move(j));
  }
  return {{"by_loss", by_loss}, {"by_calibration", by_calibration}};
}

}  // namespace

json to_json(const AccuracyReport& report, const Fleet& fleet) {
  json j{{"vms", report.vms},
         {"step_seconds", report.step.count() / 1000},
         {"from", to_rfc3339(report.first)},
         {"to", to_rfc3339(report.last)},
         {"grid", {{"start", to_rfc3339(report.grid.start)}, {"stride", report.grid.stride}}},
         {"keys", report.forecasts},
         {"crossed_rows", report.crossed}};
  for (const char* part : {"accuracy", "mean_over_resources", "calibration_per_series", "alarms", "reliability"})
    j[part] = json::array();
  for (const auto& f : report.accuracy) j["accuracy"].push_back(accuracy_json(f));
  for (const auto& m : report.mean) j["mean_over_resources"].push_back(mean_json(m));
  for (const auto& c : report.calibration) j["calibration_per_series"].push_back(calibration_json(c));
  for (const auto& tally : report.limits) {
    j["alarms"].push_back(alarms_json(tally, minutes(report.step)));
    j["reliability"].push_back(reliability_json(tally));
  }
  j["worst"] = worst_json(report, fleet);
  return j;
}

}  // namespace headroom
