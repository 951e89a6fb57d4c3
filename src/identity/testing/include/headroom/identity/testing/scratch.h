// A folder of its own for a test, gone with it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "headroom/base/check.h"

namespace headroom::identity::testing {

class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "headroom-identity-XXXXXX").string();
    HEADROOM_CHECK(mkdtemp(pattern.data()) != nullptr, "a test needs a folder; set TMPDIR to one that can be written");
    folder_ = pattern;
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path operator/(const char* name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

}  // namespace headroom::identity::testing
