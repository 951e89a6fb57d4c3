// Opens RocksDB, tuned small for a daemon that has other things to do, with the column families of keys.h.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/history/rocksdb_history.h"

namespace headroom::history {

struct Database {
  std::filesystem::path directory;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* names = nullptr;
  rocksdb::ColumnFamilyHandle* chunks = nullptr;
  rocksdb::ColumnFamilyHandle* log = nullptr;

  Database() = default;
  Database(Database&&) = default;
  ~Database();

  // "history DIRECTORY: what: status", as kFailed.
  tl::unexpected<Error> failed(std::string_view what, const rocksdb::Status& status) const;
};

Result<Database> open_database(const std::filesystem::path& directory, const RocksDbHistoryOptions& options);

}  // namespace headroom::history
