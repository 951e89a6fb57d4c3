#include "glob.h"

namespace headroom::constraints {
namespace {

// The usual walk with one point to come back to: the last star and where it was taken to end.
template <class Same>
bool walk(std::string_view pattern, std::string_view text, Same same) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && same(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  return walk(pattern, text, [](char p, char t) { return p == '?' || p == t; });
}

// The narrow pattern is read as a text in which a star is something that only a star can take in.
bool covers(std::string_view wide, std::string_view narrow) {
  return walk(wide, narrow, [](char p, char t) { return t != '*' && (p == '?' || p == t); });
}

}  // namespace headroom::constraints
