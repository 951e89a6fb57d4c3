// The log: rows of samples that may not be in a chunk yet. Rows are numbered upwards from 1 and only ever cut
// off at the front. Not locked.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "rocksdb_setup.h"

namespace headroom::history {

class SampleLog {
 public:
  explicit SampleLog(const Database& database) : database_(database) {}

  // Visits all rows, oldest first; call once, before the rest.
  using Visit = std::function<void(std::uint64_t row, std::uint32_t vm_number, std::string_view records)>;
  Result<void> replay(const Visit& visit);

  void add(std::string_view row, rocksdb::WriteBatch& batch);
  void cut_through(std::uint64_t row, rocksdb::WriteBatch& batch);
  std::uint64_t last_row() const { return next_row_ - 1; }
  std::size_t bytes() const { return bytes_; }
  void forget_bytes(std::size_t bytes) { bytes_ -= bytes; }

 private:
  const Database& database_;
  std::uint64_t next_row_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace headroom::history
