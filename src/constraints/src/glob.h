// Names with wildcards: * stands for any text, ? for any one byte. Everything else is itself. Pure.
#pragma once

#include <string_view>

namespace headroom::constraints {

// O(pattern * text) at worst.
bool matches(std::string_view pattern, std::string_view text);
// Everything that `narrow` matches is matched by `wide`. True only where that is certain from the two texts.
bool covers(std::string_view wide, std::string_view narrow);
inline bool is_plain(std::string_view pattern) { return pattern.find_first_of("*?") == std::string_view::npos; }

}  // namespace headroom::constraints
