// The VMs a store knows: their numbers, what of them is sealed, and the samples that wait for a chunk. In
// memory; the numbers and seals are also records in the database (keys.h), the waiting samples also rows of
// the log. Not locked.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record.h"
#include "rocksdb_setup.h"
#include "uuid_table.h"

namespace headroom::history {

struct VmEntry {
  std::uint32_t number = 0;
  std::string uuid;
  bool named_on_disk = false;
  Waiting waiting;
  std::string mark;            // its writer's, the newest
  bool mark_in_log = false;    // the log has a whole one, so that a change is enough
  bool marked = false;         // for who goes over several marks
  std::size_t seal_at = 0;       // this many waiting samples make a chunk
  std::int64_t last_ms = -1;     // of the latest sealed sample
  std::uint64_t sealed_row = 0;  // samples in log rows up to this one are sealed

  bool has_samples() const { return last_ms >= 0 || waiting.count != 0; }
};

inline constexpr std::uint32_t kMaxVms = 10'000'000;  // numbers ever given: those of dropped VMs are not used again

class VmIndex {
 public:
  explicit VmIndex(std::size_t chunk_samples, std::uint32_t max_vms = kMaxVms)
      : chunk_samples_(chunk_samples), max_vms_(max_vms) {}

  Result<void> load(const Database& database);
  VmEntry* find(std::string_view uuid) const;
  VmEntry* find(std::uint32_t number) const;
  VmEntry* find_or_add(std::string_view uuid);  // nullptr when all numbers are given
  // For many at once, which does not wait for memory at each. Ends early, at the first for which there is no number.
  std::vector<VmEntry*> find_or_add(std::span<const std::string_view> uuids);
  void remove(const VmEntry& vm);
  std::vector<VmEntry*> all() const;  // ascending by UUID
  const std::vector<std::unique_ptr<VmEntry>>& by_number() const { return by_number_; }   // nullptr where a VM was dropped

  static void put_name(const Database& database, const VmEntry& vm, rocksdb::WriteBatch& batch);
  static void put_seal(const Database& database, const VmEntry& vm, rocksdb::WriteBatch& batch);
  static void delete_records(const Database& database, const VmEntry& vm, rocksdb::WriteBatch& batch);

 private:
  VmEntry& add(std::string_view uuid, std::uint32_t number);

  std::size_t chunk_samples_;
  std::uint32_t max_vms_;
  std::vector<std::unique_ptr<VmEntry>> by_number_;
  UuidTable table_;
};

}  // namespace headroom::history
