// A file that a command writes: a draft beside the place it is for, put there whole by commit(). A run that fails, or is
// killed, leaves what was there as it was. Opened before the work starts, so that a place that cannot be written is told
// at once. A device or a pipe (/dev/stdout) is written as it is.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::cli {

class OutputFile {
 public:
  static Result<OutputFile> open(const std::filesystem::path& path);
  OutputFile(OutputFile&&) = default;
  ~OutputFile();

  // What cannot be written is told by commit().
  void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_.get()); }
  // kFailed when anything could not be written; the draft is gone then. Call it once, last.
  Result<void> commit();

 private:
  using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  OutputFile(std::filesystem::path path, std::filesystem::path draft, Stream file)
      : path_(std::move(path)), draft_(std::move(draft)), file_(std::move(file)) {}

  std::filesystem::path path_, draft_;  // equal for a device
  Stream file_;
};

}  // namespace headroom::cli
