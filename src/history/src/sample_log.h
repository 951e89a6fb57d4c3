// The log: rows of samples that may not be in a chunk yet. Rows are numbered upwards from 1 and only ever cut
// off at the front. Not locked.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "log_row.h"
#include "rocksdb_setup.h"

namespace headroom::history {

class SampleLog {
 public:
  explicit SampleLog(const Database& database) : database_(database) {}

  // Puts what all rows hold, oldest first, to what waits of its VMs; call once, before the rest.
  using Find = std::function<Waiting*(std::uint64_t row, std::uint32_t vm_number)>;   // nullptr: it does not count
  Result<void> replay(const Find& find, const FindMark& find_mark);

  void add(std::string_view row, rocksdb::WriteBatch& batch);
  void cut_through(std::uint64_t row, rocksdb::WriteBatch& batch);
  std::uint64_t last_row() const { return next_row_ - 1; }
  std::size_t bytes() const { return bytes_; }
  void forget_bytes(std::size_t bytes) { bytes_ -= bytes; }

 private:
  tl::unexpected<Error> wrong(std::uint64_t row, std::string_view what) const;

  const Database& database_;
  std::uint64_t next_row_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace headroom::history
