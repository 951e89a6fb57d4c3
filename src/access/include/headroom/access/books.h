// What a manager keeps about who may talk to it and who did what: its tokens and its audit log, in one folder.
//
// Threads: any. Ownership: borrows the clock. Errors: those of the two.
#pragma once

#include <filesystem>
#include <memory>

#include "headroom/access/audit_log.h"
#include "headroom/access/token_book.h"

namespace headroom::access {

struct Books {
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<TokenBook> tokens;

  static Result<Books> open(const std::filesystem::path& folder, const Clock& clock, AuditLog::Watch watch = {});
  static std::filesystem::path audit_file(const std::filesystem::path& folder) { return folder / "audit.db"; }
};

}  // namespace headroom::access
