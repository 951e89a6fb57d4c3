#include "journal_file.h"

namespace headroom {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'4a6c;  // "HeJl"
constexpr std::int64_t kSchemaVersion = 1;

// Ids, phases and kinds are text or plain numbers so that the sqlite3 shell shows them readably. `phase` has a partial
// index: unfinished() must not read years of finished actions.
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, vm INTEGER, from_host INTEGER, to_host INTEGER,
  before_cpu_millicores INTEGER NOT NULL, before_memory_bytes INTEGER NOT NULL,
  before_disk_bytes_per_second INTEGER NOT NULL, before_network_bytes_per_second INTEGER NOT NULL,
  after_cpu_millicores INTEGER NOT NULL, after_memory_bytes INTEGER NOT NULL,
  after_disk_bytes_per_second INTEGER NOT NULL, after_network_bytes_per_second INTEGER NOT NULL,
  reason TEXT NOT NULL, rule TEXT NOT NULL, reason_resource TEXT NOT NULL, horizon_ms INTEGER NOT NULL,
  quantile REAL NOT NULL, demand REAL NOT NULL, reason_limit REAL NOT NULL, confidence REAL NOT NULL,
  saves_usd_per_hour REAL NOT NULL,
  phase TEXT NOT NULL, planned_at_ms INTEGER NOT NULL, changed_at_ms INTEGER NOT NULL, message TEXT NOT NULL
);
CREATE INDEX actions_unfinished ON actions (id) WHERE phase IN ('planned', 'started', 'unknown', 'claimed');
CREATE INDEX actions_changed ON actions (changed_at_ms);
CREATE TABLE safety_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  paused_at_ms INTEGER, pause_reason TEXT NOT NULL,
  failures_in_a_row INTEGER NOT NULL, breaker_open_since_ms INTEGER
);
PRAGMA application_id = 1214597740;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplicationId == 1214597740 && kSchemaVersion == 1, "the pragmas above say the same numbers");

}  // namespace

const sqlite::FileKind kJournalFile{"journal", kApplicationId, kSchemaVersion, kSchema,
                                    "restore it from a backup, or move it away to begin a new one after checking by hand what was "
                                    "under way"};

}  // namespace headroom
