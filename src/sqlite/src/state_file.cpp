#include "headroom/sqlite/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace headroom::sqlite {
namespace {

tl::unexpected<Error> damaged(const std::string& path, const FileKind& kind, std::string what) {
  std::replace(what.begin(), what.end(), '\n', ' ');  // SQLite's finding may take two lines
  return fail(ErrorCode::kFailed, fmt::format("the {} {} is damaged ({}); it was left as it is: {}", kind.noun, path, what,
                                              kind.if_damaged));
}

bool is_new(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? !std::filesystem::exists(path, error) : size == 0;
}

// Reads only. A read-only connection never checkpoints, so the file keeps every byte whatever is found.
Result<void> check_whole_and_ours(const std::string& path, const FileKind& kind) {
  auto database = Database::open(path, Database::Mode::kReadOnly);
  if (!database)
    return fail(ErrorCode::kFailed, fmt::format("cannot open the {} {}: {}", kind.noun, path, database.error().message));
  const auto check = database->text("PRAGMA quick_check(1)");
  if (!check) return damaged(path, kind, check.error().message);
  if (*check != "ok") return damaged(path, kind, *check);
  const auto application = database->number("PRAGMA application_id");
  const auto version = database->number("PRAGMA user_version");
  const auto tables = database->number("SELECT count(*) FROM sqlite_master");
  if (!application || !version || !tables) return damaged(path, kind, "its header cannot be read");
  // A crash between creating the file and writing the schema leaves an empty database.
  if (*application == 0 && *tables == 0) return {};
  if (*application != kind.application_id)
    return invalid(fmt::format("{} is not a Headroom {}; it was left as it is", path, kind.noun));
  if (*version > kind.schema_version)
    return invalid(fmt::format("the {} {} was written by a newer Headroom (schema {}, this one knows {}); it was left as it is",
                               kind.noun, path, *version, kind.schema_version));
  return {};
}

Result<void> set_up(Database& database, const FileKind& kind) {
  if (auto ok = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"); !ok) return ok;
  const auto mode = database.text("PRAGMA journal_mode");
  if (!mode || *mode != "wal") return fail(ErrorCode::kFailed, "this file system does not support a write-ahead log");
  const auto application = database.number("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  if (*application == kind.application_id) return {};
  return database.execute(kind.schema);
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::string& path, std::string_view noun) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorCode::kFailed, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK)
    return fail(ErrorCode::kRefused, fmt::format("another process uses this {} (it holds {})", noun, path));
  return fail(ErrorCode::kFailed, fmt::format("cannot lock {}: {}", path, std::strerror(errno)));
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Database> open_state_file(const std::string& path, const FileKind& kind) {
  if (!is_new(path))
    if (auto ok = check_whole_and_ours(path, kind); !ok) return tl::unexpected(ok.error());
  auto database = Database::open(path, Database::Mode::kReadWriteCreate);
  if (!database)
    return fail(ErrorCode::kFailed, fmt::format("cannot open the {} {}: {}", kind.noun, path, database.error().message));
  if (auto ok = set_up(*database, kind); !ok)
    return fail(ErrorCode::kFailed, fmt::format("cannot set up the {} {}: {}", kind.noun, path, ok.error().message));
  return database;
}

Result<Database> read_state_file(const std::string& path, const FileKind& kind) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return fail(ErrorCode::kNotFound, fmt::format("there is no {} {}", kind.noun, path));
  if (auto ok = check_whole_and_ours(path, kind); !ok) return tl::unexpected(ok.error());
  return Database::open(path, Database::Mode::kReadOnly);
}

}  // namespace headroom::sqlite
