// A file of state: one SQLite file that one process at a time may use, checked to be ours and whole before anything may touch
// it, with a write-ahead log and synchronous=FULL, so that what was written is there after a crash of the machine.
//
//   auto lock = FileLock::acquire(path + ".lock", kind.noun);   // held for as long as the file is used
//   auto database = open_state_file(path, kind);
//
// Errors: kRefused when another process holds the lock, kInvalid for a file that is not of this kind or of a newer schema,
// kFailed for one that is damaged or cannot be opened. A file that is refused keeps every byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "headroom/sqlite/database.h"

namespace headroom::sqlite {

struct FileKind {
  std::string_view noun;         // "journal", for messages
  std::int64_t application_id;   // tells our file from any other SQLite file
  std::int64_t schema_version;
  const char* schema;            // SQL that makes a new one: tables, and both pragmas above, in one transaction
  std::string_view if_damaged;   // what a person should do: "restore it from a backup, or ..."
};

// Held by the one process that may use the file; the system releases it when the process dies.
class FileLock {
 public:
  static Result<FileLock> acquire(const std::string& path, std::string_view noun);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Makes the file (not its folder) when there is none.
Result<Database> open_state_file(const std::string& path, const FileKind& kind);

// To read only, whoever uses it meanwhile; no lock is needed. kNotFound when there is no such file.
Result<Database> read_state_file(const std::string& path, const FileKind& kind);

}  // namespace headroom::sqlite
