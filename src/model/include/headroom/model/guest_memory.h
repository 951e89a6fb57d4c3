// What a guest's kernel says of its memory. A plain value.
#pragma once

#include "headroom/base/instant.h"
#include "headroom/base/quantity.h"

namespace headroom {

struct GuestMemory {
  Bytes total, available;   // all that it has at that moment, and what it could give without hurting
  Instant at;               // by the manager's clock
};

}  // namespace headroom
