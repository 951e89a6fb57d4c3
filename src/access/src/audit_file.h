// The audit log's file: what it is, and how a row of it is read.
#pragma once

#include "headroom/access/audit_log.h"
#include "headroom/sqlite/state_file.h"

namespace headroom::access {

extern const sqlite::FileKind kAuditFile;
inline constexpr const char* kColumns = "number, at_ms, who, role, origin, action, target, outcome, previous, hash";

std::string no_hash();                           // what the first entry follows
AuditRecord read_record(sqlite::Statement& row);   // of kColumns

}  // namespace headroom::access
