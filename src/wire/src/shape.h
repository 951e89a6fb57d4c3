// Whether a message that was parsed has the shape that docs/wire.md gives it.
#pragma once

#include "headroom/base/result.h"
#include "headroom_agent.pb.h"

namespace headroom::wire {

Result<void> check_shape(const v1::FromAgent& message);
Result<void> check_shape(const v1::ToAgent& message);

}  // namespace headroom::wire
