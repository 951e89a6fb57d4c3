// Finds the trace files under the paths given and reads one whole, unpacking gzip.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::trace {

struct SourceFile {
  std::filesystem::path path;
  std::string id;  // path below the directory it was found in, without .csv or .csv.gz
};

// In the order of `paths`, ascending by id within each.
Result<std::vector<SourceFile>> find_files(const std::vector<std::filesystem::path>& paths);

// The unpacked text; kInvalid when the file is empty, binary, a damaged gzip, or over 1 GiB.
Result<std::string> read_text(const std::filesystem::path& path);

}  // namespace headroom::trace
