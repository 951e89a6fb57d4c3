// Lines, fields and numbers of a table, with errors that name the file, the line and the mend.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::trace {

// Walks the lines of a text; skips blank ones; drops "\r" and the spaces at both ends. The text must outlive
// it.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool next(std::string_view& line);
  std::size_t number() const { return number_; }  // of the last line given, from 1

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

std::string_view trimmed(std::string_view text);

// Splits at `separator`, each field trimmed; `fields` is emptied first and keeps its memory.
void split(std::string_view line, char separator, std::vector<std::string_view>& fields);

// What is wrong with a number, as a sentence part for bad_row(), or nullptr. At most `most`; not negative;
// finite.
const char* parse_number(std::string_view field, double most, double& value);

// "FILE:LINE: sentence".
tl::unexpected<Error> bad_row(const std::filesystem::path& file, std::size_t line, std::string_view sentence);
// "FILE:LINE: column 'c' is 'x', <what>; ..."
tl::unexpected<Error> bad_field(const std::filesystem::path& file, std::size_t line, std::string_view column,
                                std::string_view field, std::string_view what);

// Text of the input made safe to print: short, and without control characters.
std::string shown(std::string_view text, std::size_t most = 40);

bool has_control_characters(std::string_view text);

}  // namespace headroom::trace
