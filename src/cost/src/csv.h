// Comma-separated values with quoted fields (RFC 4180), row by row from a stream, in bounded memory. A field in quotes may
// hold commas, line breaks and doubled quotes. CRLF and a byte-order mark are taken; blank rows are skipped.
//
// Errors: kInvalid with file, line and mend: a quote that is not closed or that ends in mid-field, control characters, a row
// of more than 64 KiB or 256 fields. Threads: one caller. Ownership: borrows the stream.
#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::cost {

class CsvReader {
 public:
  static constexpr std::size_t kMostBytes = 64 * 1024, kMostFields = 256;  // of one row

  CsvReader(std::istream& in, std::string source) : in_(in), source_(std::move(source)) {}

  // False at the end. `fields` is emptied first.
  Result<bool> next(std::vector<std::string>& fields);
  // "FILE:LINE: sentence", about the row given last.
  tl::unexpected<Error> bad_row(std::string_view sentence) const;

 private:
  Result<void> read_row(std::vector<std::string>& fields);
  Result<void> read_quoted(std::string& field);
  Result<void> read_plain(std::string& field);
  Result<int> take();  // the next byte, counted; -1 at the end

  std::istream& in_;
  std::string source_;
  std::size_t line_ = 1, row_line_ = 1, bytes_ = 0;
};

}  // namespace headroom::cost
