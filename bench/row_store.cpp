#include "row_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <cstring>
#include <string>

namespace headroom::bench {
namespace {

std::string key_of(std::uint32_t vm, Instant at) {
  std::string key(12, '\0');
  for (int i = 0; i < 4; ++i) key[i] = static_cast<char>(vm >> (24 - 8 * i));
  for (int i = 0; i < 8; ++i) key[4 + i] = static_cast<char>(at.time_since_epoch().count() >> (56 - 8 * i));
  return key;
}

}  // namespace

RowStore::RowStore(const std::filesystem::path& directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.max_background_jobs = 2;
  options.write_buffer_size = 4 << 20;
  options.compression = rocksdb::kZSTD;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(6 << 20);
  table.block_size = 16 << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* db = nullptr;
  if (rocksdb::DB::Open(options, directory.string(), &db).ok()) db_.reset(db);
}

void RowStore::append(std::span<const Row> rows) {
  rocksdb::WriteBatch batch;
  for (const Row& row : rows) {
    float values[2 * kResourceCount];
    for (std::size_t r = 0; r < kResourceCount; ++r) {
      values[r] = static_cast<float>(row.sample.used[r]);
      values[kResourceCount + r] = row.sample.stalled[r];
    }
    batch.Put(key_of(row.vm, row.sample.at), {reinterpret_cast<const char*>(values), sizeof(values)});
  }
  db_->Write({}, &batch);
}

std::vector<Sample> RowStore::read(std::uint32_t vm, Instant from, Instant to) {
  std::vector<Sample> out;
  const std::string end = key_of(vm, to);
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
  for (it->Seek(key_of(vm, from)); it->Valid() && it->key().ToStringView() < end; it->Next()) {
    Sample s;
    std::int64_t at_ms = 0;
    for (int i = 0; i < 8; ++i) at_ms = at_ms << 8 | static_cast<std::uint8_t>(it->key()[4 + i]);
    s.at = Instant(Duration(at_ms));
    float values[2 * kResourceCount];
    std::memcpy(values, it->value().data(), sizeof(values));
    for (std::size_t r = 0; r < kResourceCount; ++r) s.used[r] = values[r];
    for (std::size_t r = 0; r < kResourceCount; ++r) s.stalled[r] = values[kResourceCount + r];
    out.push_back(s);
  }
  return out;
}

double compacted_bytes(const std::filesystem::path& directory) {
  std::vector<std::string> families;
  if (!rocksdb::DB::ListColumnFamilies({}, directory.string(), &families).ok()) return 0;
  rocksdb::Options options;
  if (families.size() == 1) options.compression = rocksdb::kZSTD;  // the rows; chunks are compressed already
  if (families.size() != 1) options.compression = rocksdb::kNoCompression;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& family : families) descriptors.push_back({family, options});
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  if (!rocksdb::DB::Open(options, directory.string(), descriptors, &handles, &raw).ok()) return 0;
  const std::unique_ptr<rocksdb::DB> db(raw);
  double bytes = 0;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    rocksdb::CompactRangeOptions force;
    force.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    db->CompactRange(force, handle, nullptr, nullptr);
    std::uint64_t size = 0;
    db->GetIntProperty(handle, rocksdb::DB::Properties::kLiveSstFilesSize, &size);
    bytes += static_cast<double>(size);
    db->DestroyColumnFamilyHandle(handle);
  }
  return bytes;
}

}  // namespace headroom::bench
