// A test's folder with files in it: a recorded /proc and /sys, an agent's state. Threads: one. Errors: those of the folder.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/folder.h"

namespace headroom::agent {

class Tree {
 public:
  std::string path(const std::string& name = "") const { return (root_ / name).string(); }
  // Written in place: a file that is held open shows what is new, as the kernel's do.
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  void write_program(const std::string& name, const std::string& text) const {
    write(name, text);
    chmod(path(name).c_str(), 0755);
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(root_ / name).rdbuf();
    return text.str();
  }
  bool has(const std::string& name) const { return std::filesystem::exists(root_ / name); }

 private:
  Folder root_;
};

// A small guest: 2 processors on of 4, 2 GiB, a disk, a NIC, and things that are no devices.
void write_guest(const Tree& tree);

}  // namespace headroom::agent
