// A plan: what to do now, in order, each action with the reason behind it, and what could not be helped.
// A plan leaves the actuator nothing to decide; the actuator may only refuse (levels, pause, limits, budget).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/model/resources.h"
#include "headroom/model/vm.h"

namespace headroom {

enum class ActionKind : std::uint8_t { kResize, kMigrate, kStartHost, kStopHost };
std::string_view name(ActionKind kind);

enum class ReasonCode : std::uint8_t {
  kForecastOverLimit,   // a forecast passes the VM's limit or threshold
  kPressure,            // measured pressure: the VM is held back right now
  kSpareCapacity,       // forecasts say the VM will not need what it has
  kMakeRoom,            // given back, or moved away, so that another VM can grow
  kHostOverload,        // the host's summed demand is likely to pass what it can deliver
  kImbalance,           // a load balancer's rule
  kConsolidation,       // the host can be emptied and stopped
  kNeedCapacity,        // no host has room
  kConstraint,          // a constraint does not want it where it is
  kDrain,               // its host is to be left
};
std::string_view name(ReasonCode code);

struct Reason {
  ReasonCode code = ReasonCode::kForecastOverLimit;
  std::string rule;                        // the rule's name, or the policy's
  std::optional<Resource> resource;
  Duration horizon{};                      // 0: measured, not forecast
  double level = 0;                        // the quantile used, 0 when measured
  double demand = 0;                       // that quantile (or measurement), base units
  double limit = 0;                        // what it was held against, base units
  double confidence = 0;                   // P(limit is exceeded within the horizon)
  double saves_usd_per_hour = 0;           // price difference behind it; negative: it costs
  std::string instead{};                   // why it is not what it would be else: scaled rather than moved, moved too late
};
// One sentence for people: "cpu is forecast at 3.1 cores (95 %, within 15m), over its limit of 2.5 cores".
std::string to_text(const Reason& reason);

// When a move is begun, at what bandwidth, and what it will take (migration/schedule.h). Times count from Plan::made_at. It is
// begun when its time has come, every move in `after` is over, however it ended, and every one in `after_done` has succeeded; those
// are moves of the same plan, or were under way when it was made.
struct MoveSchedule {
  Duration start{};
  std::vector<VmId> after{}, after_done{};  // ascending
  BytesPerSecond bandwidth{};
  Bytes bytes{};
  Duration estimated{}, estimated_downtime{};  // by the formula alone; what is learnt is learnt against them
  Duration takes{}, takes_95{};            // as expected; 95 of 100 take no longer
  Duration downtime{};
  std::optional<Duration> breach{};        // what it is to prevent is likely by then; none: no hurry, or too late already
};

struct Action {
  ActionKind kind = ActionKind::kResize;
  VmId vm;                 // resize, migrate
  HostId from;             // resize: where it is; migrate: source; start and stop: the host itself
  HostId to;               // migrate: destination
  Resources before;        // resize and migrate
  Resources after;         // the allocation once done (a move carries the new allocation)
  Reason reason;
  // What the rule behind it may do without a person; the lowest of the fleet's, the VM's and this level holds.
  AutomationLevel level = AutomationLevel::kAuto;
  std::optional<MoveSchedule> schedule{};  // of a move; none: at once, and nothing is predicted
};

// Something that should have been done and could not, or was left alone on purpose.
struct Denied {
  VmId vm;
  HostId host;
  Reason reason;           // what was wanted
  std::string why;         // what stood in the way
};

// What an alert rule reports. Nothing is changed for it.
struct Alert {
  VmId vm;
  HostId host;
  Reason reason;
};

struct Plan {
  Instant made_at;
  std::vector<Action> actions;
  std::vector<Denied> denied;
  std::vector<Alert> alerts{};
};

}  // namespace headroom
