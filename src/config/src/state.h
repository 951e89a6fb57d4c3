// What a Document and its Sections share: the tree, what was asked for, and what was found wrong. Private.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tree.h"

namespace headroom::config {

struct Finding {
  int line = 0;
  std::string message;  // without file and line
};

struct SectionState {
  DocumentState* document = nullptr;
  const Node* map = nullptr;  // nullptr: missing or not a map; every read is then a no-op
  std::string what;
  std::vector<std::string> asked;    // keys somebody asked for, in that order
  std::vector<std::string> missing;  // required and absent

  void ask(std::string_view key);
  void find_unread(std::vector<Finding>& into) const;
};

struct DocumentState {
  std::string source;
  Node root;
  std::deque<SectionState> sections;  // a deque: handles point into it
  std::vector<Finding> findings;

  void report(int line, std::string message) { findings.push_back({line, std::move(message)}); }
  SectionState* add_section(const Node* map, std::string what);
};

std::string_view kind_words(const Node& node);  // "a list", "a map", "one value", "nothing"

}  // namespace headroom::config
