// Whether an action makes sense against what the snapshot says, whoever would do it and whenever.
#pragma once

#include <optional>
#include <string>

#include "flights.h"
#include "headroom/actuator/limits.h"
#include "headroom/actuator/verdict.h"
#include "headroom/model/snapshot.h"

namespace headroom {

// Why an action is not done.
struct Objection {
  Refusal refusal;
  std::string why;        // one sentence
  bool advice = false;    // it would be right, but it is for somebody else to do: recommend it
};

struct Question {
  const Action& action;
  const Snapshot& snapshot;
  Instant now;
};

std::optional<Objection> find_unsound(const Question& q, const SafetyLimits& limits, const Flights& flights);

}  // namespace headroom
