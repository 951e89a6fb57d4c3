// What somebody wrote, fit to stand in one sentence of ours: control characters are '?', and of more than 80 bytes the rest is left out. It may
// come from a request, and end in a log. Threads: any. Errors: none.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace headroom {

inline std::string one_line(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::string fit(text.substr(0, kMost));
  std::replace_if(fit.begin(), fit.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text.size() > kMost ? fit + "..." : fit;
}

}  // namespace headroom
