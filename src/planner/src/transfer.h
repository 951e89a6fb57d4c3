// What is known of a VM and of hosts when one is to be migrated, as migration/ wants it.
#pragma once

#include "headroom/migration/correction.h"
#include "headroom/migration/estimate.h"
#include "headroom/model/snapshot.h"
#include "headroom/planner/policy.h"

namespace headroom {

// Memory that has been touched, else what is in use; where neither is known all it has. The dirty curve through what was measured. With one window the assumed curve is raised to pass
// through it if it lies under it: what is known to be written counts, what a calm moment did not show does not.
migration::Payload payload_of(const Vm& vm);

// What migrations may use of a host's network, each way; a host of which no network is known has what the policy says.
BytesPerSecond link_of(const Host& host, const MigrationPolicy& policy);

inline migration::HostPair pair_of(HostId from, HostId to) { return {from.value(), to.value()}; }

// What finished migrations have taught (MoveMemory).
migration::Correction correction_of(const MoveErrors& errors);

}  // namespace headroom
