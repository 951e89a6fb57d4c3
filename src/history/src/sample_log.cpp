#include "sample_log.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include "keys.h"

namespace headroom::history {

Result<void> SampleLog::replay(const Find& find, const FindMark& find_mark) {
  const std::unique_ptr<rocksdb::Iterator> it(database_.db->NewIterator({}, database_.log));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string_view key = it->key().ToStringView(), value = it->value().ToStringView();
    const auto row = get_big_endian<std::uint64_t>(key);
    const auto find_in_row = [&](std::uint32_t vm) { return find(row, vm); };
    const bool first_version = key.size() == sizeof row;
    if (!first_version && key.substr(sizeof row) != std::string_view(&kLogVersion, 1)) return wrong(row, "of a later version of Headroom; use that");
    if (!(first_version ? read_row_v1(value, find_in_row) : read_row(value, find_in_row, find_mark)))
      return wrong(row, "damaged; restore the directory from a backup, or move it away to start anew");
    bytes_ += value.size();
    next_row_ = row + 1;
  }
  if (!it->status().ok()) return database_.failed("the log cannot be read", it->status());
  return {};
}

tl::unexpected<Error> SampleLog::wrong(std::uint64_t row, std::string_view what) const {
  return fail(ErrorCode::kFailed, fmt::format("history {}: row {} of the log is {}", database_.directory.string(), row, what));
}

void SampleLog::add(std::string_view row, rocksdb::WriteBatch& batch) {
  batch.Put(database_.log, log_key(next_row_++), row);
  bytes_ += row.size();
}

void SampleLog::cut_through(std::uint64_t row, rocksdb::WriteBatch& batch) {
  batch.DeleteRange(database_.log, log_bound(0), log_bound(row + 1));
}

}  // namespace headroom::history
