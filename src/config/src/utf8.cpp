#include "utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace headroom::config {
namespace {

// Length of the well-formed UTF-8 sequence at the head of `rest`; 0 when there is none.
std::size_t sequence_length(std::string_view rest) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(rest[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || rest.size() < length) return 0;
  std::uint32_t point = lead & (0xff >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3f);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return overlong || surrogate || point > 0x10ffff ? 0 : length;
}

bool is_control(unsigned char c) { return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f; }

}  // namespace

std::optional<TextFault> find_text_fault(std::string_view bytes) {
  int line = 1;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto c = static_cast<unsigned char>(bytes[at]);
    if (c == '\n') ++line;
    if (c == 0) return TextFault{line, "a NUL byte: this is not a text file"};
    if (is_control(c)) return TextFault{line, fmt::format("control character 0x{:02x}; remove it", c)};
    const std::size_t length = sequence_length(bytes.substr(at));
    if (length == 0) return TextFault{line, fmt::format("byte 0x{:02x} is not valid UTF-8; save the file as UTF-8", c)};
    at += length;
  }
  return std::nullopt;
}

}  // namespace headroom::config
