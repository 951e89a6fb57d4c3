#include "journal_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace headroom {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'4a6c;  // "HeJl"; tells our file from any other SQLite file
constexpr std::int64_t kSchemaVersion = 1;

// Ids, phases and kinds are text or plain numbers so that the sqlite3 shell shows them readably. `phase` has a partial
// index: unfinished() must not read years of finished actions.
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, vm INTEGER, from_host INTEGER, to_host INTEGER,
  before_cpu_millicores INTEGER NOT NULL, before_memory_bytes INTEGER NOT NULL,
  before_disk_bytes_per_second INTEGER NOT NULL, before_network_bytes_per_second INTEGER NOT NULL,
  after_cpu_millicores INTEGER NOT NULL, after_memory_bytes INTEGER NOT NULL,
  after_disk_bytes_per_second INTEGER NOT NULL, after_network_bytes_per_second INTEGER NOT NULL,
  reason TEXT NOT NULL, rule TEXT NOT NULL, reason_resource TEXT NOT NULL, horizon_ms INTEGER NOT NULL,
  quantile REAL NOT NULL, demand REAL NOT NULL, reason_limit REAL NOT NULL, confidence REAL NOT NULL,
  saves_usd_per_hour REAL NOT NULL,
  phase TEXT NOT NULL, planned_at_ms INTEGER NOT NULL, changed_at_ms INTEGER NOT NULL, message TEXT NOT NULL
);
CREATE INDEX actions_unfinished ON actions (id) WHERE phase IN ('planned', 'started', 'unknown', 'claimed');
CREATE INDEX actions_changed ON actions (changed_at_ms);
CREATE TABLE safety_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  paused_at_ms INTEGER, pause_reason TEXT NOT NULL,
  failures_in_a_row INTEGER NOT NULL, breaker_open_since_ms INTEGER
);
PRAGMA application_id = 1214597740;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplicationId == 1214597740 && kSchemaVersion == 1, "the pragmas above say the same numbers");

tl::unexpected<Error> damaged(const std::string& path, std::string what) {
  std::replace(what.begin(), what.end(), '\n', ' ');  // SQLite's finding may take two lines
  return fail(ErrorCode::kFailed,
              fmt::format("the journal {} is damaged ({}); it was left as it is: restore it from a backup, or move it "
                          "away to begin a new one after checking by hand what was under way",
                          path, what));
}

bool is_new(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? !std::filesystem::exists(path, error) : size == 0;
}

// Reads only. A read-only connection never checkpoints, so the file keeps every byte whatever is found.
Result<void> check_whole_and_ours(const std::string& path) {
  using sqlite::Database;
  auto database = Database::open(path, Database::Mode::kReadOnly);
  if (!database) return fail(ErrorCode::kFailed, fmt::format("cannot open the journal {}: {}", path, database.error().message));
  const auto check = database->text("PRAGMA quick_check(1)");
  if (!check) return damaged(path, check.error().message);
  if (*check != "ok") return damaged(path, *check);
  const auto application = database->number("PRAGMA application_id");
  const auto version = database->number("PRAGMA user_version");
  const auto tables = database->number("SELECT count(*) FROM sqlite_master");
  if (!application || !version || !tables) return damaged(path, "its header cannot be read");
  // A crash between creating the file and writing the schema leaves an empty database.
  if (*application == 0 && *tables == 0) return {};
  if (*application != kApplicationId) return invalid(fmt::format("{} is not a Headroom journal; it was left as it is", path));
  if (*version > kSchemaVersion)
    return invalid(fmt::format("the journal {} was written by a newer Headroom (schema {}, this one knows {}); it was "
                               "left as it is",
                               path, *version, kSchemaVersion));
  return {};
}

Result<void> set_up(sqlite::Database& database) {
  if (auto ok = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"); !ok) return ok;
  const auto mode = database.text("PRAGMA journal_mode");
  if (!mode || *mode != "wal") return fail(ErrorCode::kFailed, "this file system does not support a write-ahead log");
  const auto application = database.number("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  if (*application == kApplicationId) return {};
  return database.execute(kSchema);
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorCode::kFailed, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK)
    return fail(ErrorCode::kRefused, fmt::format("another process uses this journal (it holds {})", path));
  return fail(ErrorCode::kFailed, fmt::format("cannot lock {}: {}", path, std::strerror(errno)));
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<sqlite::Database> open_journal_file(const std::string& path) {
  using sqlite::Database;
  if (!is_new(path))
    if (auto ok = check_whole_and_ours(path); !ok) return tl::unexpected(ok.error());
  auto database = Database::open(path, Database::Mode::kReadWriteCreate);
  if (!database) return fail(ErrorCode::kFailed, fmt::format("cannot open the journal {}: {}", path, database.error().message));
  if (auto ok = set_up(*database); !ok)
    return fail(ErrorCode::kFailed, fmt::format("cannot set up the journal {}: {}", path, ok.error().message));
  return database;
}

}  // namespace headroom
