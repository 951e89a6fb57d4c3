#include <cmath>

#include "json_parts.h"
#include "words.h"

namespace headroom {
namespace {

constexpr Duration kNear = std::chrono::minutes(15);

// What is forecast of a VM that nobody has seen yet is of VMs at large, and no figure to show as its own.
bool has_forecast(const Snapshot& s, const Vm& vm) {
  if (vm.forecast.state == ForecastState::kNone) return false;
  for (const auto& outlooks : vm.forecast.outlook)
    if (outlooks.empty() || outlooks.size() != s.horizons.size()) return false;
  return true;
}

nlohmann::json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::json(rounded(value)) : nlohmann::json();
}

nlohmann::json measured(const Vm& vm) {
  const auto if_known = [&](double value) { return vm.sampled_at ? number_or_null(value) : nlohmann::json(); };
  return {{"used", by_resource([&](Resource r) { return if_known(vm.used[index(r)]); })},
          {"stalled", by_resource([&](Resource r) { return if_known(static_cast<double>(vm.stalled[index(r)])); })}};
}

nlohmann::json bands(const Vm& vm, Resource r, Band Outlook::*which) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Outlook& outlook : vm.forecast.outlook[index(r)]) {
    nlohmann::json row = nlohmann::json::array();
    for (float q : (outlook.*which).at) row.push_back(rounded(static_cast<double>(q)));
    rows.push_back(std::move(row));
  }
  return rows;
}

// Where the last value speaks instead of the model.
nlohmann::json fallbacks(const Snapshot& s, const Vm& vm, Resource r) {
  nlohmann::json rows = nlohmann::json::array();
  const auto add = [&](std::size_t h, const char* target, float excess) {
    if (excess > 0)
      rows.push_back({{"horizon_seconds", s.horizons[h].count() / 1000}, {"target", target}, {"model_lost_more", rounded(static_cast<double>(excess))}});
  };
  for (std::size_t h = 0; h < s.horizons.size(); ++h) {
    add(h, "value", vm.forecast.at(r, h).value_fallback);
    add(h, "peak", vm.forecast.at(r, h).peak_fallback);
  }
  return rows;
}

nlohmann::json forecast_json(const Snapshot& s, const Vm& vm) {
  if (!has_forecast(s, vm)) return nullptr;
  return {{"origin", to_rfc3339(vm.forecast.origin)},
          {"horizons_seconds", to_json(s.horizons)},
          {"levels", levels_json()},
          {"value", by_resource([&](Resource r) { return bands(vm, r, &Outlook::value); })},
          {"peak", by_resource([&](Resource r) { return bands(vm, r, &Outlook::peak); })},
          {"last_value", by_resource([&](Resource r) { return fallbacks(s, vm, r); })}};
}

// One row a step: what was used on average in the step that ends there; null where there is no sample, or no allocation is known. Of
// a day, or of so many steps where they are short.
nlohmann::json samples_json(const State& state, const VmDetail& detail) {
  constexpr std::int64_t kMostRows = 1440;
  const Duration step = state.run->step;
  const Instant last = state.snapshot.taken_at;
  nlohmann::json at = nlohmann::json::array();
  nlohmann::json used = by_resource([](Resource) { return nlohmann::json::array(); }), allocation = used;
  auto sample = detail.samples.begin();
  auto change = detail.allocations.begin();
  const Resources* holds = nullptr;
  for (Instant t = last - std::min(Trail::kSpan, kMostRows * step) + step; t <= last; t += step) {
    std::array<double, kResourceCount> sum{};
    double taken = 0;
    while (sample != detail.samples.end() && sample->at <= t - step) ++sample;
    for (; sample != detail.samples.end() && sample->at <= t; ++sample, ++taken)
      for (std::size_t k = 0; k < kResourceCount; ++k) sum[k] += sample->used[k];
    for (; change != detail.allocations.end() && change->at <= t; ++change) holds = &change->allocation;
    at.push_back(to_rfc3339(t));
    for (Resource r : kAllResources) {
      used[std::string(name(r))].push_back(taken > 0 ? number_or_null(sum[index(r)] / taken) : nlohmann::json());
      allocation[std::string(name(r))].push_back(holds ? nlohmann::json((*holds)[r]) : nlohmann::json());
    }
  }
  return {{"at", std::move(at)}, {"used", std::move(used)}, {"allocation", std::move(allocation)}};
}

}  // namespace

nlohmann::json vm_line(const State& state, const Vm& vm) {
  const Snapshot& s = state.snapshot;
  nlohmann::json peak, exceedance;
  if (has_forecast(s, vm)) {
    const std::size_t near = horizon_index(s.horizons, kNear);
    const auto band = [&](Resource r) { return vm.forecast.at(r, near).peak; };
    peak = by_resource([&](Resource r) { return rounded(band(r).quantile(0.95)); });
    exceedance = by_resource([&](Resource r) {
      const bool limited = vm.allocation[r] > 0;  // else there is nothing to pass
      return limited ? nlohmann::json(rounded(band(r).exceedance(static_cast<double>(vm.allocation[r])))) : nlohmann::json();
    });
  }
  nlohmann::json line{{"name", vm.name},
                      {"host", host_name(s, vm.host)},
                      {"state", name(vm.forecast.state)},
                      {"level", name(vm.level)},
                      {"owner", vm.owner},
                      {"in_flight", vm.action_in_flight},
                      {"allocation", to_json(vm.allocation)},
                      {"ceiling", to_json(vm.ceiling)},
                      {"peak_q95_15m", std::move(peak)},
                      {"exceedance_15m", std::move(exceedance)}};
  line.update(measured(vm));
  return line;
}

nlohmann::json vm_json(const State& state, const Vm& vm, const VmDetail& detail) {
  nlohmann::json object = vm_line(state, vm);
  object["samples"] = samples_json(state, detail);
  object["forecast"] = forecast_json(state.snapshot, vm);
  object["mobility"] = name(vm.mobility);
  object["mobility_reason"] = vm.mobility_reason;
  object["scaling"] = by_resource([&](Resource r) { return name(vm.scaling[index(r)]); });
  object["scaling_reason"] = vm.scaling_reason;
  object["actions"] = list(detail.actions);
  object["denied"] = list(detail.denied);
  object["agent"] = detail.agent ? agent_json(*detail.agent) : nlohmann::json();
  return object;
}

}  // namespace headroom
