// The hosts that a person wants to be left by their VMs, by name, and since when; kept in a file, so that a host under repair does not
// fill again because the manager was restarted.
//
// Threads: one caller at a time. Errors: of open() kInvalid for a file that is damaged and kFailed for one that cannot be read: nobody
// knows which hosts are under repair then, so that nothing should begin. Of set() kNotFound, or kFailed when it cannot be written;
// nothing is changed then.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "headroom/model/snapshot.h"

namespace headroom {

class DrainBook {
 public:
  DrainBook() = default;
  // Empty: nothing is kept. A file that is not there yet is made by the first set().
  static Result<DrainBook> open(const std::filesystem::path& file);

  // On the disk when it returns. `now`: the hosts there are, and what time it is.
  Result<void> set(const std::string& host, bool drained, const Snapshot& now);
  const std::map<std::string, Instant>& hosts() const { return hosts_; }

 private:
  std::filesystem::path file_;
  std::map<std::string, Instant> hosts_;
};

}  // namespace headroom
