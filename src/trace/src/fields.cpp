#include "fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace headroom::trace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool Lines::next(std::string_view& line) {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find('\n');
    line = trimmed(rest_.substr(0, end));
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    ++number_;
    if (!line.empty()) return true;
  }
  return false;
}

void split(std::string_view line, char separator, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    const std::size_t end = line.find(separator);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

const char* parse_number(std::string_view field, double most, double& value) {
  if (field.empty()) return "empty";
  const char* const last = field.data() + field.size();
  const auto [end, ec] = std::from_chars(field.data(), last, value);
  if (ec == std::errc::result_out_of_range) return "out of range";
  if (ec != std::errc() || end != last) return "not a number";
  if (!std::isfinite(value)) return "not a finite number";
  if (value < 0) return "negative";
  if (value > most) return "absurdly large";
  return nullptr;
}

std::string shown(std::string_view text, std::size_t most) {
  std::string safe(text.substr(0, most));
  for (char& c : safe)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  return text.size() > most ? safe + "..." : safe;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

tl::unexpected<Error> bad_row(const std::filesystem::path& file, std::size_t line,
                              std::string_view sentence) {
  return invalid(fmt::format("{}:{}: {}", file.string(), line, sentence));
}

tl::unexpected<Error> bad_field(const std::filesystem::path& file, std::size_t line, std::string_view column,
                                std::string_view field, std::string_view what) {
  return bad_row(file, line,
                 fmt::format("{} is '{}', {}; mend the value or remove the row", column, shown(field), what));
}

}  // namespace headroom::trace
