// Directories, stores and samples for the tests of the history.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "headroom/history/rocksdb_history.h"
#include "support/folder.h"

namespace headroom {

inline Sample sample_at(std::int64_t seconds, double cpu = 100) {
  Sample s;
  s.at = instant_from_epoch_seconds(seconds);
  s.used = {cpu, 4096.0 * 1024 * static_cast<double>(1 + seconds % 7), 1500.5, 0.125};
  s.stalled = {0.25F, 0, 0, 0.001F};
  return s;
}

inline std::unique_ptr<HistoryStore> open_or_fail(const std::filesystem::path& directory) {
  auto store = open_rocksdb_history(directory);
  EXPECT_TRUE(store.has_value()) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

inline void append_one(HistoryStore& store, std::string_view vm, const Sample& sample) {
  const HistorySample one{vm, sample};
  const auto ok = store.append({&one, 1});
  ASSERT_TRUE(ok.has_value()) << ok.error().message;
}

inline std::vector<Sample> all_of(HistoryStore& store, std::string_view vm) {
  auto samples = store.read(vm, Instant::min(), Instant::max());
  EXPECT_TRUE(samples.has_value()) << samples.error().message;
  return samples ? std::move(*samples) : std::vector<Sample>{};
}

}  // namespace headroom
