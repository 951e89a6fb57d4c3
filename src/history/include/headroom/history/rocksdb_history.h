// The daemon's HistoryStore: compressed chunks in RocksDB, one directory, one process.
//
// A report is first a few bytes in a log (safe after sync()). When a VM has chunk_samples of them they become one
// checksummed chunk: columns of scaled integers, differences in as few bits as they need; about 1 byte a value. Late samples wait in the
// log too and are merged into their chunk with the next seal. docs/history.md has the layout and the reasons.
//
// Threads: any; calls take one lock, reads hold it only to look up. Memory: memory_bytes, some 400 bytes a VM and
// 10 to 20 for every sample not yet in a chunk. Errors: kFailed, naming the directory; another process has it: kRefused.
#pragma once

#include <filesystem>
#include <memory>

#include "headroom/history/store.h"

namespace headroom {

struct RocksDbHistoryOptions {
  std::size_t chunk_samples = 120;       // 1 to 4096
  std::size_t memory_bytes = 24 << 20;   // write buffers and block cache; at least 8 MiB
};

// Creates the directory (and its parents) when it is not there.
Result<std::unique_ptr<HistoryStore>> open_rocksdb_history(const std::filesystem::path& directory,
                                                           const RocksDbHistoryOptions& options = {});

}  // namespace headroom
