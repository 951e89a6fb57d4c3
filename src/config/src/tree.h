// The values of one YAML document with the line each stands on. Private to the module: the only file that knows
// yaml-cpp is tree.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::config {

struct Entry;

struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  int line = 0;                // from 1
  std::string text;            // scalar
  std::vector<Node> items;     // list
  std::vector<Entry> entries;  // map, in the file's order; no key twice
};

struct Entry {
  std::string key;
  int line = 0;
  Node value;
};

const Entry* find(const Node& map, std::string_view key);

// `text` is already known to be bounded, valid UTF-8.
Result<Node> parse_tree(std::string_view text, const std::string& source);

}  // namespace headroom::config
