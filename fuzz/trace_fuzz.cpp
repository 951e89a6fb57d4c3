// Recorded fleets, plain or gzipped, in any of the formats: the first byte says which name the file has.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "headroom/trace/fleet.h"
#include "text.h"

namespace {

// A folder that goes with the process.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "headroom-fuzz-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom;
  static const Folder folder;
  if (size == 0) return 0;
  const std::filesystem::path path = folder / (data[0] % 2 == 0 ? "a.csv" : "mem.csv");
  std::ofstream(path, std::ios::binary) << fuzz::text(data + 1, size - 1);
  fuzz::expect_one_sentence(read_fleet({path}));
  return 0;
}
