// libvirt's records of statistics: owned, and as plain values.
#pragma once

#include "handles.h"
#include "headroom/libvirt/stats.h"

namespace headroom::libvirt {

struct FreeRecords {
  void operator()(virDomainStatsRecord** records) const { virDomainStatsRecordListFree(records); }
};
using Records = std::unique_ptr<virDomainStatsRecord*, FreeRecords>;  // ends with a null

// Of one domain, at most one; null: it does not tell, and last_error() says why.
Records statistics_of(virDomain* domain, unsigned groups);

// Numbers below zero and of other types are none that we know.
Fields fields_of(const virDomainStatsRecord& record);

}  // namespace headroom::libvirt
