// Small files of the agent's state, and single values under /proc and /sys. Errors: a sentence that names the file.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "headroom/base/descriptor.h"
#include "headroom/base/result.h"

namespace headroom::agent {

// At most `most_bytes`; kNotFound when there is no such file.
Result<std::string> read_file(const std::string& path, std::size_t most_bytes = 64 << 10);
// Whole and durable, or not at all: a file beside it, synced, renamed over it, and the folder synced.
Result<void> replace_file(const std::string& path, std::string_view content, mode_t mode);
// One write into a file that is there, as sysfs wants it.
Result<void> write_value(const std::string& path, std::string_view value);

}  // namespace headroom::agent
