// One action as a row of the table `actions`.
#pragma once

#include "headroom/actuator/journal.h"
#include "headroom/sqlite/database.h"

namespace headroom {

// The columns of an action without its id and phase, in the order that bind_action() writes and read_record() reads.
inline constexpr const char* kActionColumns =
    "kind, vm, from_host, to_host, before_cpu_millicores, before_memory_bytes, before_disk_bytes_per_second, "
    "before_network_bytes_per_second, after_cpu_millicores, after_memory_bytes, after_disk_bytes_per_second, "
    "after_network_bytes_per_second, reason, rule, reason_resource, horizon_ms, quantile, demand, reason_limit, "
    "confidence, saves_usd_per_hour";
inline constexpr int kActionColumnCount = 21;

void bind_action(sqlite::Statement& statement, const Action& action);

// The row must be: id, phase, planned_at_ms, changed_at_ms, message, kActionColumns. kFailed names a word that no
// version of Headroom wrote.
Result<JournalRecord> read_record(sqlite::Statement& row);

constexpr std::int64_t to_ms(Instant t) { return t.time_since_epoch().count(); }
constexpr Instant from_ms(std::int64_t ms) { return Instant(Duration(ms)); }

}  // namespace headroom
