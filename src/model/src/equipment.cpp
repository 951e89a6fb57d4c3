#include "headroom/model/equipment.h"

#include <algorithm>

namespace headroom {

void normalise(Names& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > kMostNames) names.resize(kMostNames);
}

bool has(const Names& names, const std::string& name) { return std::binary_search(names.begin(), names.end(), name); }

bool has_all(const Names& names, const Names& wanted) {
  return std::includes(names.begin(), names.end(), wanted.begin(), wanted.end());
}

}  // namespace headroom
