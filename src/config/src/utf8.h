// What text a configuration file may hold. Private to the module.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::config {

struct TextFault {
  int line = 0;      // from 1
  std::string what;  // "a NUL byte; this is not a text file"
};

// The first byte that is not text: NUL, another control character, or broken UTF-8 (overlong forms and surrogates
// included, as RFC 3629 wants).
std::optional<TextFault> find_text_fault(std::string_view bytes);

}  // namespace headroom::config
