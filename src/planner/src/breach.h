// When what a move is to prevent will be there: the first moment at which it is as likely to have come as MigrationPolicy::likely
// says. Between horizons the probability is taken to grow evenly. 0: it is there already.
#pragma once

#include <optional>

#include "draft.h"
#include "wishes.h"

namespace headroom {

// One of the limits that the wish raises is passed; nullopt: probably none within the horizons.
std::optional<Duration> breach_of(const Draft& draft, const Wish& wish);

// A host's VMs want more CPU together than it delivers, of which the chance at HostPolicy::overload_horizon is `risk`. That horizon
// at the latest: whoever acts on it wants to be done by then.
Duration breach_of_host(const Draft& draft, std::size_t host, double risk);

}  // namespace headroom
