// A folder of a test's own, gone with it. What a killed test left is removed by a later one: a folder is locked for as long as its test
// lives, so that one that can be locked is nobody's.
//
// Threads: one. Errors end the program: a test without a folder tests nothing.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "headroom/base/check.h"
#include "headroom/base/clock.h"
#include "headroom/base/descriptor.h"

namespace headroom {

class Folder {
 public:
  Folder() {
    const auto in = std::filesystem::temp_directory_path();
    static const int once = (sweep(in), 0);
    static_cast<void>(once);
    std::string pattern = (in / (std::string(kPrefix) + "XXXXXX")).string();
    HEADROOM_CHECK(mkdtemp(pattern.data()) != nullptr, "a test needs a folder; set TMPDIR to one that can be written");
    path_ = pattern;
    lock_ = locked(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return std::filesystem::path(path_) / name; }
  std::string at(const std::string& name) const { return path_ + "/" + name; }
  std::string put(const std::string& name, const std::string& text, std::filesystem::perms perms = std::filesystem::perms(0600)) const {
    std::ofstream(at(name)) << text;
    std::filesystem::permissions(at(name), perms);
    return at(name);
  }
  std::string script(const std::string& name, const std::string& text) const {
    return put(name, "#!/bin/sh\n" + text, std::filesystem::perms(0700));
  }
  std::string read(const std::string& name) const {
    std::ifstream in(at(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Removes what tests that were killed left in `of`. A folder of this minute may be made and not locked yet.
  static void sweep(const std::filesystem::path& of) {
    const std::int64_t now = epoch_seconds(SystemClock().now());
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(of, error)) {
      struct stat found{};
      if (!entry.path().filename().string().starts_with(kPrefix) || lstat(entry.path().c_str(), &found) != 0) continue;
      if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid() || now - found.st_mtime < 60) continue;
      if (const Descriptor nobodys = locked(entry.path())) std::filesystem::remove_all(entry.path(), error);
    }
  }

 private:
  static constexpr std::string_view kPrefix = "headroom-test-";

  // None: another process has it.
  static Descriptor locked(const std::filesystem::path& folder) {
    Descriptor there(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return there && flock(there.get(), LOCK_EX | LOCK_NB) == 0 ? std::move(there) : Descriptor();
  }

  std::string path_;
  Descriptor lock_;
};

}  // namespace headroom
