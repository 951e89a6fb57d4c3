#include "headroom/history/rocksdb_history.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <exception>
#include <mutex>

#include "arrival.h"
#include "chunk_table.h"
#include "keys.h"
#include "log_row.h"
#include "rocksdb_setup.h"
#include "sample_log.h"
#include "stored_sample.h"
#include "vm_index.h"

namespace headroom {
namespace history {
namespace {

constexpr std::size_t kRowBytes = 256 << 10;
constexpr std::size_t kBatchBytes = 2 << 20;
// The log is rewritten when it is this much, and this many times what still waits in it: half the writes at
// most.
constexpr std::size_t kLogSlackBytes = 8 << 20;
constexpr std::size_t kLogFactor = 2;

// RocksDB and the standard library may throw (no memory, no thread); nothing of that leaves the module.
template <class Call>
auto guarded(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& e) {
    return fail(ErrorCode::kFailed, fmt::format("history: {}", e.what()));
  }
}

class RocksDbHistory final : public HistoryStore {
 public:
  RocksDbHistory(Database database, const RocksDbHistoryOptions& options)
      : database_(std::move(database)),
        chunks_(database_, options.chunk_samples),
        log_(database_),
        index_(options.chunk_samples),
        chunk_samples_(options.chunk_samples) {}

  Result<void> load();
  using HistoryStore::append;
  Result<void> append(std::span<const HistorySample> samples, std::span<const HistoryMark> marks) override {
    return guarded([&] { return append_checked(samples, marks); });
  }
  Result<void> sync() override {
    return guarded([&] { return sync_log(); });
  }
  Result<std::string> mark(std::string_view vm_uuid) override {
    return guarded([&] { return read_mark(vm_uuid); });
  }
  Result<std::vector<Sample>> read(std::string_view vm_uuid, Instant from, Instant to) override {
    return guarded([&] { return read_range(vm_uuid, {ms(from), ms(to)}); });
  }
  Result<std::vector<std::string>> vms() override {
    return guarded([&] { return list_vms(); });
  }
  Result<std::size_t> drop_before(Instant before) override {
    return guarded([&] { return drop_before_ms(ms(before)); });
  }

 private:
  // A VM whose samples are in `batch` as chunks, and what it is once that batch is written.
  struct Seal {
    VmEntry* vm;
    std::int64_t last_ms;
    Waiting waiting;
  };
  struct SealBatch {
    rocksdb::WriteBatch batch;
    std::string row;  // samples that stay waiting, for the log
    std::vector<Seal> seals;
    std::string damage;  // late samples that a damaged chunk kept out
  };

  static std::int64_t ms(Instant t) { return t.time_since_epoch().count(); }

  Result<void> append_checked(std::span<const HistorySample> samples, std::span<const HistoryMark> marks);
  Result<void> sync_log();
  Result<std::string> read_mark(std::string_view vm_uuid);
  Result<std::vector<Sample>> read_range(std::string_view vm_uuid, TimeRange range);
  Result<std::vector<std::string>> list_vms();
  Result<std::size_t> drop_before_ms(std::int64_t before_ms);

  Result<void> log_call(std::span<const HistorySample> samples, std::span<const HistoryMark> marks, std::vector<VmEntry*>& full);
  Result<void> seal(const std::vector<VmEntry*>& full);
  Result<void> stage(VmEntry& vm, SealBatch& staged);
  std::string damage_text(const VmEntry& vm, const ChunkTable::Merged& merged) const;
  Result<void> commit(SealBatch& staged);
  Result<void> rewrite_log();
  void add_rows(std::string& groups, RowWriter& marks, rocksdb::WriteBatch& batch);
  std::size_t drop_waiting(VmEntry& vm, std::int64_t before_ms);
  void forget_vm(VmEntry& vm);
  Result<void> write(rocksdb::WriteBatch& batch);
  void set_waiting(VmEntry& vm, Waiting waiting);

  const Database database_;
  std::mutex mutex_;  // over all below
  ChunkTable chunks_;
  SampleLog log_;
  VmIndex index_;
  const std::size_t chunk_samples_;
  std::size_t waiting_bytes_ = 0;  // what a rewritten log would hold: samples that wait, and marks
};

Result<void> RocksDbHistory::load() {
  if (auto ok = index_.load(database_); !ok) return ok;
  const auto find = [&](std::uint64_t row, std::uint32_t number) {
    VmEntry* const vm = index_.find(number);
    return vm == nullptr || row <= vm->sealed_row ? nullptr : &vm->waiting;
  };
  const auto find_mark = [&](std::uint32_t number) -> std::string* {
    VmEntry* const vm = index_.find(number);
    if (vm == nullptr) return nullptr;
    vm->mark_in_log = true;
    return &vm->mark;
  };
  auto ok = log_.replay(find, find_mark);
  for (const auto& vm : index_.by_number())
    if (vm != nullptr) waiting_bytes_ += vm->waiting.records.size() + vm->mark.size();
  return ok;
}

Result<void> RocksDbHistory::write(rocksdb::WriteBatch& batch) {
  const rocksdb::Status status = database_.db->Write({}, &batch);
  if (!status.ok()) return database_.failed("cannot be written", status);
  return {};
}

void RocksDbHistory::set_waiting(VmEntry& vm, Waiting waiting) {
  waiting_bytes_ += waiting.records.size();
  waiting_bytes_ -= vm.waiting.records.size();
  vm.waiting = std::move(waiting);
}

Result<void> RocksDbHistory::append_checked(std::span<const HistorySample> samples, std::span<const HistoryMark> marks) {
  if (auto ok = check_samples(samples); !ok) return ok;
  if (auto ok = check_marks(marks); !ok) return ok;
  const std::lock_guard lock(mutex_);
  std::vector<VmEntry*> full;
  if (auto ok = log_call(samples, marks, full); !ok) return ok;
  if (auto ok = seal(full); !ok) return ok;
  if (log_.bytes() > kLogSlackBytes + kLogFactor * waiting_bytes_) return rewrite_log();
  return {};
}

// One batch, so that a call is stored whole or not at all; memory follows only when the batch is written.
Result<void> RocksDbHistory::log_call(std::span<const HistorySample> samples, std::span<const HistoryMark> marks,
                                      std::vector<VmEntry*>& full) {
  rocksdb::WriteBatch batch;
  Arrival arrival(database_, index_, log_);
  if (auto ok = arrival.encode(samples, marks, batch); !ok) return ok;
  if (auto ok = write(batch); !ok) return ok;
  waiting_bytes_ += arrival.settle(full);
  return {};
}

Result<void> RocksDbHistory::seal(const std::vector<VmEntry*>& full) {
  SealBatch staged;
  for (VmEntry* vm : full) {
    if (auto ok = stage(*vm, staged); !ok) return ok;
    if (staged.batch.GetDataSize() + staged.row.size() < kBatchBytes) continue;
    if (auto ok = commit(staged); !ok) return ok;
  }
  if (auto ok = commit(staged); !ok) return ok;
  if (!staged.damage.empty()) return fail(ErrorCode::kFailed, staged.damage);
  return {};
}

// Samples later than all sealed ones become a chunk; earlier ones go into the chunks they fall in. If only a
// few are new, because the rest was late or repeated, the new ones wait on.
Result<void> RocksDbHistory::stage(VmEntry& vm, SealBatch& staged) {
  std::vector<StoredSample> samples;
  read_records(vm.waiting.records, samples);
  sort_and_unite(samples);
  const auto fresh_begin = std::find_if(samples.begin(), samples.end(),
                                        [&](const StoredSample& s) { return s.at_ms > vm.last_ms; });
  const auto late_count = static_cast<std::size_t>(fresh_begin - samples.begin());
  const std::span<const StoredSample> late(samples.data(), late_count);
  const std::span<const StoredSample> fresh = std::span<const StoredSample>(samples).subspan(late_count);
  const auto merged = chunks_.merge(vm.number, late, staged.batch);
  if (!merged) return tl::unexpected(merged.error());
  if (merged->refused != 0 && staged.damage.empty()) staged.damage = damage_text(vm, *merged);
  Seal seal{&vm, vm.last_ms, {}};
  if (2 * fresh.size() >= std::min(vm.seal_at, chunk_samples_)) {
    chunks_.put(vm.number, fresh, staged.batch);
    seal.last_ms = fresh.back().at_ms;
  } else {
    for (const StoredSample& s : fresh) seal.waiting.add(s);
    if (!fresh.empty()) put_group(staged.row, vm.number, seal.waiting.records);
  }
  staged.seals.push_back(std::move(seal));
  return {};
}

std::string RocksDbHistory::damage_text(const VmEntry& vm, const ChunkTable::Merged& merged) const {
  return fmt::format(
      "history {}: the chunk of VM '{}' that starts at {} is {}, so {} late samples for it are not kept; restore the "
      "directory from a backup to have it again",
      database_.directory.string(), shown(vm.uuid), to_rfc3339(Instant(Duration(merged.damaged_ms))), merged.wrong,
      merged.refused);
}

Result<void> RocksDbHistory::commit(SealBatch& staged) {
  if (staged.seals.empty()) return {};
  const std::uint64_t sealed_row = log_.last_row();  // the rows of what waits on come after it
  for (const Seal& seal : staged.seals) {
    VmEntry record;
    record.number = seal.vm->number;
    record.last_ms = seal.last_ms;
    record.sealed_row = sealed_row;
    VmIndex::put_seal(database_, record, staged.batch);
  }
  if (!staged.row.empty()) log_.add(staged.row, staged.batch);
  if (auto ok = write(staged.batch); !ok) return ok;
  for (Seal& seal : staged.seals) {
    seal.vm->last_ms = seal.last_ms;
    seal.vm->sealed_row = sealed_row;
    seal.vm->seal_at = std::max(chunk_samples_, seal.waiting.count + 1);
    set_waiting(*seal.vm, std::move(seal.waiting));
  }
  std::string damage = std::move(staged.damage);  // told once all is stored
  staged = SealBatch();
  staged.damage = std::move(damage);
  return {};
}

// Puts all that waits, and the marks, into new rows, then cuts the old ones off. A crash in between is harmless: replaying a
// sample or a mark twice changes nothing.
Result<void> RocksDbHistory::rewrite_log() {
  const std::uint64_t old_last = log_.last_row();
  const std::size_t old_bytes = log_.bytes();
  rocksdb::WriteBatch batch;
  std::string groups, change;
  RowWriter marks = RowWriter::marks();
  for (const auto& vm : index_.by_number()) {
    if (vm == nullptr) continue;
    if (vm->waiting.count != 0) put_group(groups, vm->number, vm->waiting.records);
    if (!vm->mark.empty()) {
      change.clear();
      put_mark_change(change, nullptr, vm->mark);
      marks.add(vm->number, change);
    }
    if (groups.size() + marks.bytes().size() < kRowBytes) continue;
    add_rows(groups, marks, batch);
    if (batch.GetDataSize() < kBatchBytes) continue;
    if (auto ok = write(batch); !ok) return ok;
    batch.Clear();
  }
  add_rows(groups, marks, batch);
  log_.cut_through(old_last, batch);
  if (auto ok = write(batch); !ok) return ok;
  log_.forget_bytes(old_bytes);
  return {};
}

void RocksDbHistory::add_rows(std::string& groups, RowWriter& marks, rocksdb::WriteBatch& batch) {
  if (!groups.empty()) log_.add(groups, batch);
  if (!marks.bytes().empty()) log_.add(marks.bytes(), batch);
  groups.clear();
  marks.clear();
}

Result<void> RocksDbHistory::sync_log() {
  const rocksdb::Status status = database_.db->FlushWAL(/*sync=*/true);
  if (!status.ok()) return database_.failed("cannot be made durable", status);
  return {};
}

Result<std::string> RocksDbHistory::read_mark(std::string_view vm_uuid) {
  const std::lock_guard lock(mutex_);
  const VmEntry* const vm = index_.find(vm_uuid);
  return vm == nullptr ? std::string() : vm->mark;
}

Result<std::vector<Sample>> RocksDbHistory::read_range(std::string_view vm_uuid, TimeRange range) {
  std::vector<Sample> out;
  std::string waiting, uuid(vm_uuid);
  std::unique_ptr<ChunkTable::Cursor> chunks;
  {
    const std::lock_guard lock(mutex_);
    const VmEntry* const vm = index_.find(vm_uuid);
    if (vm == nullptr || range.from_ms >= range.to_ms) return out;
    waiting = vm->waiting.records;
    chunks = chunks_.open(vm->number);  // sees the database as it is now, like `waiting`
  }
  std::vector<StoredSample> samples, recent;
  if (auto ok = chunks->read(uuid, range, samples); !ok) return tl::unexpected(ok.error());
  read_records(waiting, recent);
  for (const StoredSample& s : recent)
    if (s.at_ms >= range.from_ms && s.at_ms < range.to_ms) samples.push_back(s);
  sort_and_unite(samples);
  out.reserve(samples.size());
  for (const StoredSample& s : samples) out.push_back(to_sample(s));
  return out;
}

Result<std::vector<std::string>> RocksDbHistory::list_vms() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> uuids;
  for (const VmEntry* vm : index_.all())
    if (vm->has_samples()) uuids.push_back(vm->uuid);
  return uuids;
}

std::size_t RocksDbHistory::drop_waiting(VmEntry& vm, std::int64_t before_ms) {
  std::vector<StoredSample> samples;
  read_records(vm.waiting.records, samples);
  Waiting kept;
  for (const StoredSample& s : samples)
    if (s.at_ms >= before_ms) kept.add(s);
  const std::size_t dropped = samples.size() - kept.count;
  kept.base.known = false;   // the log may still end with one that is dropped here
  if (dropped != 0) set_waiting(vm, std::move(kept));
  return dropped;
}

// The log first: its rows must not bring back what the chunks have lost. A VM of which there never was a sample keeps its mark.
Result<std::size_t> RocksDbHistory::drop_before_ms(std::int64_t before_ms) {
  const std::lock_guard lock(mutex_);
  std::vector<VmEntry*> vms = index_.all();
  std::erase_if(vms, [](const VmEntry* vm) { return !vm->has_samples(); });
  std::size_t dropped = 0;
  for (VmEntry* vm : vms) dropped += drop_waiting(*vm, before_ms);
  if (auto ok = rewrite_log(); !ok) return tl::unexpected(ok.error());
  for (VmEntry* vm : vms) {
    rocksdb::WriteBatch batch;
    const auto gone = chunks_.drop_before(vm->number, before_ms, vm->last_ms, batch);
    if (!gone) return tl::unexpected(gone.error());
    const bool forget = !gone->any_left && vm->waiting.count == 0;
    if (forget) VmIndex::delete_records(database_, *vm, batch);
    if (batch.Count() != 0)
      if (auto ok = write(batch); !ok) return tl::unexpected(ok.error());
    dropped += gone->chunks;
    if (forget) forget_vm(*vm);
  }
  return dropped;
}

void RocksDbHistory::forget_vm(VmEntry& vm) {
  waiting_bytes_ -= vm.mark.size();
  index_.remove(vm);
}

}  // namespace
}  // namespace history

Result<std::unique_ptr<HistoryStore>> open_rocksdb_history(const std::filesystem::path& directory,
                                                           const RocksDbHistoryOptions& options) {
  using namespace history;
  constexpr std::size_t kLeastMemory = 8 << 20, kMostChunk = 4096;
  if (options.chunk_samples < 1 || options.chunk_samples > kMostChunk)
    return invalid(
        fmt::format("history: chunk_samples is {}; it must be 1 to {}", options.chunk_samples, kMostChunk));
  if (options.memory_bytes < kLeastMemory)
    return invalid(
        fmt::format("history: memory_bytes is {}; it must be at least 8 MiB", options.memory_bytes));
  return guarded([&]() -> Result<std::unique_ptr<HistoryStore>> {
    auto database = open_database(directory, options);
    if (!database) return tl::unexpected(database.error());
    auto store = std::make_unique<RocksDbHistory>(std::move(*database), options);
    if (auto ok = store->load(); !ok) return tl::unexpected(ok.error());
    return store;
  });
}

}  // namespace headroom
