// A directory of small trace files that goes away with the test.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "headroom/trace/fleet.h"
#include "support/folder.h"

namespace headroom {

inline const std::string kCuratedHeader =
    "t,cpu_cap_mhz,cpu_pct,mem_cap_kb,mem_used_kb,disk_read_kbps,disk_write_kbps,net_rx_kbps,net_tx_kbps\n";
inline const std::string kGwaHeader =
    "Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\tCPU usage [%];\t"
    "Memory capacity provisioned [KB];\tMemory usage [KB];\tDisk read throughput [KB/s];\t"
    "Disk write throughput [KB/s];\tNetwork received throughput [KB/s];\tNetwork transmitted throughput "
    "[KB/s]\n";

class TraceFiles {
 public:
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::filesystem::path write_gz(const std::string& name, const std::string& content) const {
    return write(name, gzip(content));
  }
  static std::string gzip(const std::string& content) {
    z_stream z{};
    deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&z, content.size()) + 64, '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    z.avail_in = static_cast<uInt>(content.size());
    z.next_out = reinterpret_cast<Bytef*>(packed.data());
    z.avail_out = static_cast<uInt>(packed.size());
    deflate(&z, Z_FINISH);
    packed.resize(packed.size() - z.avail_out);
    deflateEnd(&z);
    return packed;
  }
  const std::filesystem::path& root() const { return root_; }

 private:
  const Folder kept_;
  const std::filesystem::path root_ = kept_.path();
};

}  // namespace headroom
