#include "chunk_table.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <limits>

#include "keys.h"

namespace headroom::history {
namespace {

std::string time_text(std::int64_t ms) {
  return to_rfc3339(Instant(Duration(ms)));
}

}  // namespace

ChunkTable::Cursor::Cursor(const Database& database, std::uint32_t vm_number)
    : database_(database),
      vm_number_(vm_number),
      low_(chunk_key(vm_number, 0)),
      high_(chunk_key(vm_number, std::numeric_limits<std::int64_t>::max())),
      low_slice_(low_),
      high_slice_(high_) {
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &low_slice_;
  options.iterate_upper_bound = &high_slice_;
  it_.reset(database.db->NewIterator(options, database.chunks));
}

void ChunkTable::Cursor::seek(std::int64_t at_ms) {
  it_->SeekForPrev(chunk_key(vm_number_, std::max<std::int64_t>(at_ms, 0)));
  if (!it_->Valid() && it_->status().ok()) it_->SeekToFirst();
}

Result<void> ChunkTable::Cursor::read(std::string_view uuid, TimeRange range,
                                      std::vector<StoredSample>& samples) {
  range.from_ms =
      std::max<std::int64_t>(range.from_ms, 0);  // nothing is older, and differences cannot overflow
  std::int64_t reached_ms = range.from_ms;
  std::vector<StoredSample> unpacked;
  for (seek(range.from_ms); valid() && first_ms_of(key()) < range.to_ms; next()) {
    reached_ms = first_ms_of(key());
    if (const auto length = chunk_length_ms(key(), chunk()); length && *length < range.from_ms - reached_ms)
      continue;
    unpacked.clear();
    if (const char* const wrong = decode_chunk(key(), chunk(), unpacked))
      return fail(
          ErrorCode::kFailed,
          fmt::format("history {}: the chunk of VM '{}' that starts at {} is {}; other times stay readable",
                      database_.directory.string(), shown(uuid), time_text(reached_ms), wrong));
    for (const StoredSample& s : unpacked)
      if (s.at_ms >= range.from_ms && s.at_ms < range.to_ms) samples.push_back(s);
  }
  if (!status().ok())
    return database_.failed(
        fmt::format("the samples of VM '{}' from {} on cannot be read", shown(uuid), time_text(reached_ms)),
        status());
  return {};
}

std::unique_ptr<ChunkTable::Cursor> ChunkTable::open(std::uint32_t vm_number) const {
  return std::make_unique<Cursor>(database_, vm_number);
}

void ChunkTable::put(std::uint32_t vm_number, std::span<const StoredSample> samples,
                     rocksdb::WriteBatch& batch) {
  // Up to half a chunk more is still one chunk, so that one late sample does not split it.
  const std::size_t pieces =
      samples.size() <= target_ + target_ / 2 ? 1 : (samples.size() + target_ - 1) / target_;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t first = samples.size() * i / pieces, end = samples.size() * (i + 1) / pieces;
    const std::string key = chunk_key(vm_number, samples[first].at_ms);
    batch.Put(database_.chunks, key, encode_chunk(key, samples.subspan(first, end - first)));
  }
}

Result<ChunkTable::Merged> ChunkTable::merge(std::uint32_t vm_number, std::span<const StoredSample> late,
                                             rocksdb::WriteBatch& batch) {
  Merged merged;
  Cursor at(database_, vm_number);
  while (!late.empty()) {
    std::vector<StoredSample> samples;
    std::string key;
    const char* wrong = nullptr;
    std::int64_t first_ms = 0, next_first_ms = std::numeric_limits<std::int64_t>::max();
    at.seek(late.front().at_ms);
    if (at.valid()) {
      first_ms = first_ms_of(at.key());
      wrong = decode_chunk(at.key(), at.chunk(), samples);
      if (wrong == nullptr) key = at.key();
      if (wrong != nullptr && late.front().at_ms < first_ms) {
        wrong = nullptr;  // a damaged first chunk: what is older gets one of its own before it
        next_first_ms = first_ms;
      } else {
        at.next();
        if (at.valid()) next_first_ms = first_ms_of(at.key());
      }
    }
    if (!at.status().ok()) return database_.failed("late samples cannot be merged", at.status());
    // Before the VM's first chunk, that chunk's own start is no end: the samples go into it.
    const auto end =
        std::find_if(late.begin(), late.end(), [&](const auto& s) { return s.at_ms >= next_first_ms; });
    const auto count = static_cast<std::size_t>(end - late.begin());
    if (wrong == nullptr) {
      samples.insert(samples.end(), late.begin(), end);
      sort_and_unite(samples);
      if (!key.empty() && samples.front().at_ms != first_ms_of(key)) batch.Delete(database_.chunks, key);
      put(vm_number, samples, batch);
    } else {
      if (merged.refused == 0) merged = {0, first_ms, wrong};
      merged.refused += count;
    }
    late = late.subspan(count);
  }
  return merged;
}

Result<ChunkTable::Dropped> ChunkTable::drop_before(std::uint32_t vm_number, std::int64_t before_ms,
                                                    std::int64_t last_ms, rocksdb::WriteBatch& batch) {
  Dropped dropped;
  Cursor at(database_, vm_number);
  for (at.seek(0); at.valid() && first_ms_of(at.key()) < before_ms;) {
    const std::string key(at.key());
    const auto length_ms = chunk_length_ms(key, at.chunk());
    at.next();
    const std::int64_t reach_ms = at.valid() ? first_ms_of(at.key()) - 1 : last_ms;
    if ((length_ms ? first_ms_of(key) + *length_ms : reach_ms) >= before_ms) {
      dropped.any_left = true;
      break;
    }
    batch.Delete(database_.chunks, key);
    ++dropped.chunks;
  }
  dropped.any_left = dropped.any_left || at.valid();
  if (!at.status().ok()) return database_.failed("old chunks cannot be dropped", at.status());
  return dropped;
}

}  // namespace headroom::history
