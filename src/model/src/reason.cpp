#include <fmt/format.h>

#include "headroom/model/plan.h"

namespace headroom {
namespace {

std::string measured_or_forecast(const Reason& r) {
  const std::string amount = to_text(*r.resource, r.demand);
  if (r.horizon.count() == 0) return fmt::format("{} is at {}", name(*r.resource), amount);
  return fmt::format("{} is forecast at {} ({:.3g} %, within {})", name(*r.resource), amount, r.level * 100,
                     to_text(r.horizon));
}

std::string core_sentence(const Reason& r) {
  const std::string signal = r.resource ? measured_or_forecast(r) : std::string("load");
  const std::string limit = r.resource ? to_text(*r.resource, r.limit) : std::string("its limit");
  switch (r.code) {
    case ReasonCode::kForecastOverLimit:
      // A dear overload is worth avoiding though the quantile told is below the limit.
      return r.demand > r.limit ? fmt::format("{}, over {}", signal, limit)
                                : fmt::format("{}, and may pass its limit of {}", signal, limit);
    case ReasonCode::kPressure: return fmt::format("{} and held back at its limit of {}", signal, limit);
    case ReasonCode::kSpareCapacity:
      // Nor is a cheap one worth a dear limit, though the quantile told is above it.
      return r.demand > r.limit ? fmt::format("{}, too rarely for its limit of {} to be worth its price", signal, limit)
                                : fmt::format("{}, well under its limit of {}", signal, limit);
    case ReasonCode::kMakeRoom: return fmt::format("{}; room is needed on the host", signal);
    case ReasonCode::kHostOverload: return fmt::format("the host's {}, over what it can deliver, {}", signal, limit);
    case ReasonCode::kImbalance: return "the hosts are out of balance";
    case ReasonCode::kConsolidation: return "its VMs fit elsewhere, so the host can be stopped";
    case ReasonCode::kNeedCapacity: return fmt::format("{} and no running host has room", signal);
    case ReasonCode::kConstraint: return "a constraint does not want it where it is";
    case ReasonCode::kDrain: return "its host is to be left (maintenance or drain)";
  }
  return {};
}

}  // namespace

std::string to_text(const Reason& r) {
  std::string text = core_sentence(r);
  if (r.confidence >= 0.005) text += fmt::format("; confidence {:.0f} %", r.confidence * 100);
  if (r.saves_usd_per_hour != 0)
    text += fmt::format("; {} {:.4f} USD/h", r.saves_usd_per_hour > 0 ? "saves" : "costs",
                        r.saves_usd_per_hour > 0 ? r.saves_usd_per_hour : -r.saves_usd_per_hour);
  if (!r.instead.empty()) text += "; " + r.instead;
  if (!r.rule.empty()) text += fmt::format(" [{}]", r.rule);
  return text;
}

}  // namespace headroom
