// A temporary folder with files in it: a recorded /proc and /sys, an agent's state. It goes with the object. Threads: one.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace headroom::agent {

class Tree {
 public:
  Tree() {
    std::string pattern = (std::filesystem::temp_directory_path() / "agent-tree-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { std::filesystem::remove_all(root_); }

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
  std::filesystem::path root_;
};

// A small guest: 2 processors on of 4, 2 GiB, a disk, a NIC, and things that are no devices.
void write_guest(const Tree& tree);

}  // namespace headroom::agent
