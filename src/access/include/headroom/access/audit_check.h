// Whether an audit log is as it was written, told from its file alone: of a manager that runs or of one that does not.
//
// Found: an entry altered, removed, put in or re-ordered; entries cut off the end, as long as the file's own count of what it
// once held was left alone. With an anchor, any rewriting of what was written up to it, however thorough.
// Not found without one: a file written anew as a whole, its count too.
//
// Threads: any. Errors: kNotFound when there is no such file, kInvalid when it is no audit log, kFailed when it cannot be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::access {

// An entry as somebody else remembers it.
struct AuditAnchor {
  std::int64_t number = 0;
  std::string hash;
};
Result<AuditAnchor> parse_anchor(std::string_view text);   // "17:9f86d0..."

struct AuditVerdict {
  static constexpr std::size_t kMostFaults = 20;

  std::int64_t entries = 0;
  AuditAnchor head;                  // the last entry; number 0: none
  std::vector<std::string> faults;   // a sentence each, the first ones; empty: it is as it was written
};

Result<AuditVerdict> check_audit_log(const std::string& path, const std::optional<AuditAnchor>& anchor = std::nullopt);

}  // namespace headroom::access
