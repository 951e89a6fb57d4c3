// What was refused and how often, so that the same again and again is one line and a count. Threads: one caller at a time. Memory: at most
// kMostKinds are remembered; of more, each counts as the first of its kind.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "headroom/access/audit_log.h"

namespace headroom::access {

class Refusals {
 public:
  static constexpr std::size_t kMostKinds = 1024;
  static constexpr Duration kWindow = std::chrono::minutes(10);

  // False: it is like one of the last ten minutes, and is only counted.
  bool first_of_its_kind(const AuditEntry& entry, Instant now);
  // Those whose ten minutes are over and that came again meanwhile, with the count in the outcome; they are forgotten. `all`: whatever
  // time has passed.
  std::vector<AuditEntry> take_counts(Instant now, bool all = false);

 private:
  struct Again {
    AuditEntry entry;
    Instant since;
    std::uint64_t times = 0;
  };
  std::map<std::string, Again> kinds_;
};

}  // namespace headroom::access
