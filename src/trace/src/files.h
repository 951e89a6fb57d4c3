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

// How large the buffer of a text becomes when `used` bytes of it are full, for a gzip of `packed` bytes: at most `most`.
std::size_t grown_buffer(std::size_t used, std::size_t packed, std::size_t most);

// The unpacked text; kInvalid when the file is empty, binary, a damaged gzip, or over 1 GiB.
Result<std::string> read_text(const std::filesystem::path& path);

}  // namespace headroom::trace
