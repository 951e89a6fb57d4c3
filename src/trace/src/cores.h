// How many cores a VM of the curated form has: from a meta.csv, else from the MHz it was given.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "headroom/base/result.h"

namespace headroom::trace {

// The least n for which cap/n is within 1 % of a clock of that archive's hosts; else cap/2600, rounded, at
// least 1.
int cores_from_mhz(double cap_mhz);

// The meta.csv files met so far, by directory.
class CoreTables {
 public:
  // Cores of the VM that `file` holds, from the meta.csv beside it or one directory up; 0 when neither knows
  // it.
  Result<int> cores_of(const std::filesystem::path& file);

 private:
  using Table = std::map<std::string, int, std::less<>>;  // vm as written -> cores
  Result<const Table*> table_in(const std::filesystem::path& directory);
  std::map<std::filesystem::path, Table> tables_;
};

}  // namespace headroom::trace
