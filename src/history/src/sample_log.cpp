#include "sample_log.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include "keys.h"
#include "log_row.h"

namespace headroom::history {

Result<void> SampleLog::replay(const Visit& visit) {
  const std::unique_ptr<rocksdb::Iterator> it(database_.db->NewIterator({}, database_.log));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto row = get_big_endian<std::uint64_t>(it->key().ToStringView());
    const std::string_view groups = it->value().ToStringView();
    if (!read_groups(groups, [&](std::uint32_t vm, std::string_view records) { visit(row, vm, records); }))
      return fail(
          ErrorCode::kFailed,
          fmt::format(
              "history {}: row {} of the log is damaged; restore the directory from a backup, or move "
              "it away to start anew",
              database_.directory.string(), row));
    bytes_ += groups.size();
    next_row_ = row + 1;
  }
  if (!it->status().ok()) return database_.failed("the log cannot be read", it->status());
  return {};
}

void SampleLog::add(std::string_view row, rocksdb::WriteBatch& batch) {
  batch.Put(database_.log, log_key(next_row_++), row);
  bytes_ += row.size();
}

void SampleLog::cut_through(std::uint64_t row, rocksdb::WriteBatch& batch) {
  batch.DeleteRange(database_.log, log_key(0), log_key(row + 1));
}

}  // namespace headroom::history
