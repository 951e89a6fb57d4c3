// A file that is replaced whole: a draft beside the place it is for, which commit() puts there, on the disk. Who is killed, or finds the disk
// full, leaves what was there as it was; after commit() what was written is still there when the machine has crashed.
//
//   auto file = WholeFile::open(path);                 // before the work starts: a place that cannot be written is told at once
//   file->write(text);
//   auto done = file->commit();
//
// A link stays a link: the file it leads to is replaced. A device or a pipe (/dev/stdout) is written as it is.
//
// Threads: one caller, and one writer of a file at a time in a process. Errors: kInvalid for a directory, kFailed for the rest.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom {

class WholeFile {
 public:
  // `mode`: of a file that is new or replaced, from its first moment, less the umask.
  static Result<WholeFile> open(const std::filesystem::path& path, mode_t mode = 0666);
  WholeFile(WholeFile&&) = default;
  ~WholeFile();

  // What cannot be written is told by commit().
  void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_.get()); }
  // On an error the draft is gone. Call it once, last.
  Result<void> commit();

 private:
  using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  WholeFile(std::filesystem::path path, std::filesystem::path draft, Stream file)
      : path_(std::move(path)), draft_(std::move(draft)), file_(std::move(file)) {}

  std::filesystem::path path_, draft_;  // equal for a device
  Stream file_;
};

// All of it at once.
Result<void> write_whole(const std::filesystem::path& path, std::string_view text, mode_t mode = 0666);

}  // namespace headroom
