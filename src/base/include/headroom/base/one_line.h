// What somebody else wrote, fit to be shown: names and messages come from requests, traces, guests and other machines, and end in logs and on
// terminals. Threads: any. Errors: none.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace headroom {

// Control characters are '?'.
inline std::string harmless(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

// Fit to stand in one sentence of ours: of more than 80 bytes the rest is left out as well.
inline std::string one_line(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::string fit = harmless(std::string(text.substr(0, kMost)));
  return text.size() > kMost ? fit + "..." : fit;
}

}  // namespace headroom
