// The words for the model's enumerations, as they appear in JSON, YAML and on screen.
#include "headroom/model/constraint.h"
#include "headroom/model/forecast.h"
#include "headroom/model/host.h"
#include "headroom/model/plan.h"
#include "headroom/model/rule.h"
#include "headroom/model/vm.h"

namespace headroom {

std::string_view name(ForecastState state) {
  switch (state) {
    case ForecastState::kNone: return "none";
    case ForecastState::kLearning: return "learning";
    case ForecastState::kReady: return "ready";
  }
  return "";
}

std::string_view name(PowerState state) {
  switch (state) {
    case PowerState::kOff: return "off";
    case PowerState::kStarting: return "starting";
    case PowerState::kOn: return "on";
    case PowerState::kFailed: return "failed";
  }
  return "";
}

std::string_view name(PriceClass price_class) {
  switch (price_class) {
    case PriceClass::kReserved: return "reserved";
    case PriceClass::kOnDemand: return "on-demand";
    case PriceClass::kSpot: return "spot";
    case PriceClass::kPower: return "power";
  }
  return "";
}

std::string_view name(Mobility m) {
  switch (m) {
    case Mobility::kImmovable: return "immovable";
    case Mobility::kCold: return "cold";
    case Mobility::kLiveWithStorage: return "live-with-storage";
    case Mobility::kLive: return "live";
  }
  return "";
}

std::string_view name(Scaling s) {
  switch (s) {
    case Scaling::kNever: return "never";
    case Scaling::kAtBoot: return "at-boot";
    case Scaling::kLiveUp: return "live-up";
    case Scaling::kLiveUpAndDown: return "live-up-and-down";
  }
  return "";
}

std::string_view name(AutomationLevel level) {
  switch (level) {
    case AutomationLevel::kObserve: return "observe";
    case AutomationLevel::kRecommend: return "recommend";
    case AutomationLevel::kAuto: return "auto";
  }
  return "";
}

std::optional<AutomationLevel> parse_automation_level(std::string_view text) {
  for (auto level : {AutomationLevel::kObserve, AutomationLevel::kRecommend, AutomationLevel::kAuto})
    if (text == name(level)) return level;
  return std::nullopt;
}

std::string_view name(ActionKind kind) {
  switch (kind) {
    case ActionKind::kResize: return "resize";
    case ActionKind::kMigrate: return "migrate";
    case ActionKind::kStartHost: return "start-host";
    case ActionKind::kStopHost: return "stop-host";
  }
  return "";
}

std::string_view name(RuleAction action) {
  switch (action) {
    case RuleAction::kGrow: return "grow";
    case RuleAction::kShrink: return "shrink";
    case RuleAction::kMigrate: return "migrate";
    case RuleAction::kAlert: return "alert";
  }
  return "";
}

std::optional<RuleAction> parse_rule_action(std::string_view text) {
  for (auto action : {RuleAction::kGrow, RuleAction::kShrink, RuleAction::kMigrate, RuleAction::kAlert})
    if (text == name(action)) return action;
  return std::nullopt;
}

std::string_view name(ReasonCode code) {
  switch (code) {
    case ReasonCode::kForecastOverLimit: return "forecast-over-limit";
    case ReasonCode::kPressure: return "pressure";
    case ReasonCode::kSpareCapacity: return "spare-capacity";
    case ReasonCode::kMakeRoom: return "make-room";
    case ReasonCode::kHostOverload: return "host-overload";
    case ReasonCode::kImbalance: return "imbalance";
    case ReasonCode::kConsolidation: return "consolidation";
    case ReasonCode::kNeedCapacity: return "need-capacity";
    case ReasonCode::kConstraint: return "constraint";
    case ReasonCode::kDrain: return "drain";
  }
  return "";
}

std::string_view name(ConstraintKind kind) {
  switch (kind) {
    case ConstraintKind::kTogether: return "together";
    case ConstraintKind::kApart: return "apart";
    case ConstraintKind::kClose: return "close";
    case ConstraintKind::kSpread: return "spread";
    case ConstraintKind::kBan: return "ban";
    case ConstraintKind::kFence: return "fence";
    case ConstraintKind::kPin: return "pin";
    case ConstraintKind::kReserve: return "reserve";
    case ConstraintKind::kMaxVms: return "max-vms";
    case ConstraintKind::kCpu: return "cpu";
    case ConstraintKind::kNuma: return "numa";
    case ConstraintKind::kDevices: return "devices";
    case ConstraintKind::kReachability: return "reachability";
    case ConstraintKind::kMobility: return "mobility";
    case ConstraintKind::kMaintenance: return "maintenance";
  }
  return "";
}

std::string_view name(Scope scope) {
  switch (scope) {
    case Scope::kHost: return "host";
    case Scope::kRack: return "rack";
    case Scope::kZone: return "zone";
  }
  return "";
}

}  // namespace headroom
