#include "rocksdb_setup.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace headroom::history {
namespace {

rocksdb::DBOptions database_options(const RocksDbHistoryOptions& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.max_background_jobs = 2;
  db.max_open_files = 128;
  db.db_write_buffer_size = options.memory_bytes / 2;
  db.max_total_wal_size = 2 * options.memory_bytes;
  // A torn end is what a crash leaves; damage before it would lose what sync() promised, so opening fails
  // instead.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
  db.max_log_file_size = 1 << 20;
  db.keep_log_file_num = 2;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions family_options(const RocksDbHistoryOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // so that memory is bounded by the cache
  table.block_size = 16 << 10;
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compression = rocksdb::kNoCompression;  // chunks are compressed already, the log does not live long
  family.write_buffer_size = options.memory_bytes / 6;
  family.max_write_buffer_number = 2;
  family.target_file_size_base = 16 << 20;
  return family;
}

// RocksDB has no code of its own for this. It says "lock hold by current process" for a second user in this process, and
// for another process "While lock file: DIRECTORY/LOCK: " with the system's word for a file that is taken.
bool taken(const std::filesystem::path& directory, const rocksdb::Status& status) {
  if (!status.IsIOError() || status.getState() == nullptr) return false;
  const std::string_view text = status.getState();
  const std::string lock_file = (directory / "LOCK").string();
  if (text.starts_with("lock hold by current process")) return true;
  return text.starts_with("While lock file: " + lock_file + ": ") && text.ends_with(std::strerror(EAGAIN));
}

tl::unexpected<Error> cannot_open(const std::filesystem::path& directory, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (taken(directory, status))
    return fail(
        ErrorCode::kRefused,
        fmt::format("history {}: another process has it open; stop that one or name another directory",
                    directory.string()));
  return fail(ErrorCode::kFailed,
              fmt::format("history {}: cannot be opened: {}; check the disk and permissions, or "
                          "move the directory away to start anew",
                          directory.string(), text));
}

}  // namespace

Database::~Database() {
  if (!db) return;
  for (rocksdb::ColumnFamilyHandle* family : {names, chunks, log})
    if (family != nullptr) db->DestroyColumnFamilyHandle(family);
}

tl::unexpected<Error> Database::failed(std::string_view what, const rocksdb::Status& status) const {
  return fail(ErrorCode::kFailed,
              fmt::format("history {}: {}: {}; check the disk", directory.string(), what, status.ToString()));
}

Result<Database> open_database(const std::filesystem::path& directory, const RocksDbHistoryOptions& options) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  if (ec)
    return fail(ErrorCode::kFailed,
                fmt::format("history {}: cannot be created: {}; name a directory that can be written",
                            directory.string(), ec.message()));
  const auto cache = rocksdb::NewLRUCache(options.memory_bytes / 4);
  const rocksdb::ColumnFamilyOptions family = family_options(options, cache);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(
      database_options(options), directory.string(),
      {{rocksdb::kDefaultColumnFamilyName, family}, {"chunks", family}, {"log", family}}, &handles, &db);
  if (!status.ok()) return cannot_open(directory, status);
  Database out;
  out.directory = directory;
  out.db.reset(db);
  out.names = handles[0];
  out.chunks = handles[1];
  out.log = handles[2];
  return out;
}

}  // namespace headroom::history
