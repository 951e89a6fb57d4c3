// The baseline of the history benchmark: one RocksDB row a report (key VM and time, value 8 float32), zstd
// blocks, the same memory and the same syncs. What one writes when nothing is done about the shape of the
// data.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "headroom/model/sample.h"

namespace headroom::bench {

class RowStore {
 public:
  explicit RowStore(const std::filesystem::path& directory);
  bool ok() const { return db_ != nullptr; }
  struct Row {
    std::uint32_t vm;
    Sample sample;
  };
  void append(std::span<const Row> rows);
  void sync() { db_->FlushWAL(true); }
  std::vector<Sample> read(std::uint32_t vm, Instant from, Instant to);

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

// Compacts every column family of a closed database; returns the bytes of its table files.
double compacted_bytes(const std::filesystem::path& directory);

}  // namespace headroom::bench
