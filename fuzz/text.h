// Of targets that read text: the input as the reader gets it, and what every answer must be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::fuzz {

inline std::string_view text(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

// A value, or one sentence on one line.
template <class T>
void expect_one_sentence(const Result<T>& answer) {
  if (answer || (!answer.error().message.empty() && answer.error().message.find('\n') == std::string::npos)) return;
  std::fprintf(stderr, "an error of no or of several lines: %s\n", answer.error().message.c_str());
  std::abort();
}

}  // namespace headroom::fuzz
