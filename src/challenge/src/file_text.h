// The text of a file, unpacked if it is a zstd frame.
#pragma once

#include <filesystem>
#include <string>

#include "headroom/base/result.h"

namespace headroom::challenge {

// kNotFound, kInvalid (a directory, a damaged frame, more than 2 GiB) or kFailed.
Result<std::string> file_text(const std::filesystem::path& path);

}  // namespace headroom::challenge
