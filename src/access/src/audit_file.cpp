#include "audit_file.h"

#include <fmt/format.h>

#include "headroom/access/secret.h"

namespace headroom::access {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'4175;  // "HeAu"
constexpr std::int64_t kSchemaVersion = 1;

// AUTOINCREMENT keeps the highest number ever given beside the table, so that an end cut off shows.
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE entries (number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL,
                      origin TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL,
                      previous TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER entries_stay_as_they_are BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
PRAGMA application_id = 1214595445;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplicationId == 1214595445 && kSchemaVersion == 1, "the pragmas above say the same numbers");

}  // namespace

const sqlite::FileKind kAuditFile{"audit log", kApplicationId, kSchemaVersion, kSchema,
                                  "keep it as evidence, and move it away for a new one to begin"};

std::string no_hash() { return std::string(64, '0'); }

AuditRecord read_record(sqlite::Statement& row) {
  AuditRecord record;
  record.number = row.next_int();
  record.at = Instant(Duration(row.next_int()));
  AuditEntry& e = record.entry;
  for (std::string* text : {&e.who, &e.role, &e.from, &e.action, &e.target, &e.outcome, &record.previous, &record.hash}) *text = row.next_text();
  return record;
}

// Every part with its length before it, so that no two records read alike.
std::string hash_of(const AuditRecord& r) {
  const AuditEntry& e = r.entry;
  std::string all = fmt::format("headroom audit entry {} at {} ms\n", r.number, r.at.time_since_epoch().count());
  for (const std::string* text : {&e.who, &e.role, &e.from, &e.action, &e.target, &e.outcome, &r.previous})
    all += fmt::format("{}:{},", text->size(), *text);
  return sha256_hex(all);
}

}  // namespace headroom::access
