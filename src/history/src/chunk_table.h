// The sealed chunks of all VMs. Chunks of one VM never overlap: each covers from its first sample up to the
// next chunk's first, so a late sample belongs to exactly one. Callers lock; readers hold an iterator of
// their own.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "chunk.h"
#include "rocksdb_setup.h"

namespace headroom::history {

struct TimeRange {
  std::int64_t from_ms, to_ms;  // [from, to)
};

class ChunkTable {
 public:
  ChunkTable(const Database& database, std::size_t chunk_samples)
      : database_(database), target_(chunk_samples) {}

  // Chunks of one VM as they are now, whatever is written later.
  class Cursor;
  std::unique_ptr<Cursor> open(std::uint32_t vm_number) const;

  // New chunks of about the usual size from samples later than any sealed before.
  void put(std::uint32_t vm_number, std::span<const StoredSample> samples, rocksdb::WriteBatch& batch);
  // Late samples, ascending, into the chunks they belong to. Those of a damaged chunk are refused: rewriting it, or
  // putting a sound chunk inside its time, would hide the damage from readers.
  struct Merged {
    std::size_t refused = 0;
    std::int64_t damaged_ms = 0;  // start of the first damaged chunk met
    const char* wrong = nullptr;  // with it
  };
  Result<Merged> merge(std::uint32_t vm_number, std::span<const StoredSample> late, rocksdb::WriteBatch& batch);
  // Deletes the chunks that end before `before_ms`; returns how many, and whether any is left. A damaged chunk may reach
  // to the next one, or to `last_ms`, the VM's latest sealed sample.
  struct Dropped {
    std::size_t chunks = 0;
    bool any_left = false;
  };
  Result<Dropped> drop_before(std::uint32_t vm_number, std::int64_t before_ms, std::int64_t last_ms,
                              rocksdb::WriteBatch& batch);

 private:
  const Database& database_;
  std::size_t target_;
};

class ChunkTable::Cursor {
 public:
  Cursor(const Database& database, std::uint32_t vm_number);
  // Appends the samples in `range`, ascending. `uuid` is for the message of a damaged chunk.
  Result<void> read(std::string_view uuid, TimeRange range, std::vector<StoredSample>& samples);

  // Onto the chunk that covers this time: the last that starts at or before it, else the VM's first.
  void seek(std::int64_t at_ms);
  void next() { it_->Next(); }
  bool valid() const { return it_->Valid(); }
  std::string_view key() const { return it_->key().ToStringView(); }
  std::string_view chunk() const { return it_->value().ToStringView(); }
  rocksdb::Status status() const { return it_->status(); }

 private:
  const Database& database_;
  std::uint32_t vm_number_;
  std::string low_, high_;  // bounds: the slices must outlive the iterator
  rocksdb::Slice low_slice_, high_slice_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

}  // namespace headroom::history
