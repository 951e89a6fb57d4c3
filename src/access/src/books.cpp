#include "headroom/access/books.h"

namespace headroom::access {

Result<Books> Books::open(const std::filesystem::path& folder, const Clock& clock, AuditLog::Watch watch) {
  Books books;
  auto audit = AuditLog::open(audit_file(folder).string(), clock, std::move(watch));
  if (!audit) return tl::unexpected(audit.error());
  books.audit = std::move(*audit);
  auto tokens = TokenBook::open((folder / "tokens.db").string(), clock);
  if (!tokens) return tl::unexpected(tokens.error());
  books.tokens = std::move(*tokens);
  return books;
}

}  // namespace headroom::access
