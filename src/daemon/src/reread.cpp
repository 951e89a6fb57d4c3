#include "headroom/daemon/reread.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace headroom {

// A file that is written over has another time; one that is put in its place is another by its number, and so is what a link leads to.
std::string marks_of(const std::vector<std::filesystem::path>& files) {
  std::string marks;
  for (const std::filesystem::path& file : files) {
    struct stat is{};
    if (stat(file.c_str(), &is) != 0) marks += "none;";
    else marks += fmt::format("{}:{}:{}:{}.{}:{}.{};", is.st_dev, is.st_ino, is.st_size, is.st_mtim.tv_sec, is.st_mtim.tv_nsec, is.st_ctim.tv_sec, is.st_ctim.tv_nsec);
  }
  return marks;
}

}  // namespace headroom
