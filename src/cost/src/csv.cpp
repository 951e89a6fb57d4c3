#include "csv.h"

#include <fmt/format.h>

namespace headroom::cost {

tl::unexpected<Error> CsvReader::bad_row(std::string_view sentence) const {
  return invalid(fmt::format("{}:{}: {}", source_, row_line_, sentence));
}

Result<int> CsvReader::take() {
  int byte = in_.get();
  if (byte == '\r' && in_.peek() == '\n') byte = in_.get();
  if (byte == std::char_traits<char>::eof()) return -1;
  if (++bytes_ > kMostBytes) return bad_row("is over 64 KiB; a quote may be missing, or this is no table");
  if (byte == '\n') ++line_;
  else if ((byte < 0x20 && byte != '\t') || byte == 0x7F) return bad_row("holds a control character; remove it, or give a file of text");
  return byte;
}

// Behind the opening quote, to behind the closing one.
Result<void> CsvReader::read_quoted(std::string& field) {
  while (true) {
    const auto byte = take();
    if (!byte) return tl::unexpected(byte.error());
    if (*byte < 0) return bad_row("a quoted field is not closed; add its \"");
    if (*byte != '"') {
      field += static_cast<char>(*byte);
      continue;
    }
    if (in_.peek() != '"') return {};
    if (const auto second = take(); !second) return tl::unexpected(second.error());
    field += '"';
  }
}

Result<void> CsvReader::read_plain(std::string& field) {
  for (int next = in_.peek(); next != ',' && next != '\n' && next != std::char_traits<char>::eof(); next = in_.peek()) {
    const auto byte = take();
    if (!byte) return tl::unexpected(byte.error());
    if (*byte == '\n') {  // was CRLF
      in_.unget();
      --line_;
      return {};
    }
    if (*byte == '"') return bad_row("has a \" within a field; put the whole field in quotes and double those in it");
    field += static_cast<char>(*byte);
  }
  return {};
}

Result<void> CsvReader::read_row(std::vector<std::string>& fields) {
  while (true) {
    if (fields.size() == kMostFields) return bad_row("has more than 256 fields; this is no price list");
    std::string& field = fields.emplace_back();
    const bool quoted = in_.peek() == '"';
    if (quoted) {
      if (const auto quote = take(); !quote) return tl::unexpected(quote.error());
      if (auto ok = read_quoted(field); !ok) return ok;
    } else if (auto ok = read_plain(field); !ok) {
      return ok;
    }
    const auto end = take();
    if (!end) return tl::unexpected(end.error());
    if (*end < 0 || *end == '\n') return {};
    if (*end != ',') return bad_row("has text behind a quoted field; remove it");
  }
}

Result<bool> CsvReader::next(std::vector<std::string>& fields) {
  if (line_ == 1 && bytes_ == 0 && in_.peek() == 0xEF) {
    in_.get();  // a byte-order mark
    if (in_.get() != 0xBB || in_.get() != 0xBF) return bad_row("is no text in UTF-8; give a .csv file");
  }
  do {
    fields.clear();
    bytes_ = 0;
    row_line_ = line_;
    if (in_.peek() == std::char_traits<char>::eof()) return false;
    if (auto ok = read_row(fields); !ok) return tl::unexpected(ok.error());
  } while (fields.size() == 1 && fields[0].empty());
  return true;
}

}  // namespace headroom::cost
