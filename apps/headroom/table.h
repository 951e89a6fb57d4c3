// Tables for a terminal, as kubectl prints them: a heading in capitals, columns as wide as they need, two spaces between.
#pragma once

#include <string>
#include <vector>

#include "headroom/base/one_line.h"   // harmless(), for texts beside tables

namespace headroom::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> heading) { rows_.push_back(std::move(heading)); }

  // As many cells as the heading. What a terminal would obey is taken out.
  void add(std::vector<std::string> row);
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace headroom::cli
