// Opening a journal's file: the lock, the check that it is ours and whole before anything may touch it, the schema.
#pragma once

#include <string>
#include <utility>

#include "sqlite.h"

namespace headroom {

// Held by the one process that may use the journal; the system releases it when the process dies.
class FileLock {
 public:
  static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

Result<sqlite::Database> open_journal_file(const std::string& path);

}  // namespace headroom
