// Bytes that rot on the disk: seen, named, and kept from spreading.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <functional>
#include <random>

#include "stores.h"

namespace headroom {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void fill(const std::filesystem::path& directory) {
  const auto store = open_or_fail(directory);
  std::vector<HistorySample> samples;
  for (const char* vm : {"calm", "hurt"})
    for (int i = 0; i < 1200; ++i) samples.push_back({vm, sample_at(i * 10, i)});
  ASSERT_TRUE(store->append(samples).has_value());
  ASSERT_TRUE(store->sync().has_value());
}

using Change = std::function<void(std::string& value)>;
// Changes the nth chunk of the VM that was named second, with RocksDB's own checksums made anew.
void change_chunk(const std::filesystem::path& directory, int nth, const Change& change) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(
      rocksdb::DB::Open({}, directory.string(), {{"default", {}}, {"chunks", {}}, {"log", {}}}, &handles, &db)
          .ok());
  {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}, handles[1]));
    it->Seek(std::string("\0\0\0\1", 4));
    for (int i = 0; i < nth; ++i) it->Next();
    ASSERT_TRUE(it->Valid());
    std::string value = it->value().ToString();
    change(value);
    ASSERT_TRUE(db->Put({}, handles[1], it->key(), value).ok());
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
}

class DamagedChunk : public testing::TestWithParam<std::pair<const char*, Change>> {};

TEST_P(DamagedChunk, IsNamedWithVmAndTimeAndLeavesTheRestReadable) {
  Folder directory;
  fill(directory.path());
  change_chunk(directory.path(), 2, GetParam().second);
  const auto store = open_or_fail(directory.path());
  const auto whole = store->read("hurt", instant_from_epoch_seconds(0), instant_from_epoch_seconds(12'000));
  ASSERT_FALSE(whole.has_value());
  EXPECT_EQ(whole.error().code, ErrorCode::kFailed);
  EXPECT_THAT(whole.error().message, AllOf(HasSubstr("'hurt'"), HasSubstr("1970-01-01T00:4")));
  EXPECT_EQ(all_of(*store, "calm").size(), 1200u);
  EXPECT_EQ(store->read("hurt", instant_from_epoch_seconds(0), instant_from_epoch_seconds(2000))->size(),
            200u);
  EXPECT_EQ(store->read("hurt", instant_from_epoch_seconds(4000), instant_from_epoch_seconds(9000))->size(),
            500u);
}

TEST_P(DamagedChunk, IsAnErrorForAReadOfItsLastPartAlone) {
  Folder directory;
  fill(directory.path());
  change_chunk(directory.path(), 2, GetParam().second);
  const auto store = open_or_fail(directory.path());
  EXPECT_FALSE(store->read("hurt", instant_from_epoch_seconds(3000), instant_from_epoch_seconds(3300)).has_value());
}

TEST_P(DamagedChunk, IsNotForgottenBeforeAllItMayHoldIsOld) {
  Folder directory;
  fill(directory.path());
  change_chunk(directory.path(), 2, GetParam().second);
  const auto store = open_or_fail(directory.path());
  const auto read = [&] {
    return store->read("hurt", instant_from_epoch_seconds(3000), instant_from_epoch_seconds(3300)).has_value();
  };
  EXPECT_EQ(*store->drop_before(instant_from_epoch_seconds(3000)), 4u);
  EXPECT_FALSE(read());
  EXPECT_EQ(*store->drop_before(instant_from_epoch_seconds(3600)), 2u);
  EXPECT_TRUE(read());
}

TEST_P(DamagedChunk, IsReportedAndNeverHiddenByLateSamples) {
  Folder directory;
  fill(directory.path());
  change_chunk(directory.path(), 2, GetParam().second);
  const auto store = open_or_fail(directory.path());
  std::string told;
  for (int i = 0; i < 300; ++i) {  // the first at the very start of the damaged chunk
    const HistorySample late{"hurt", sample_at(2400 + i * 4, 1)};
    const auto ok = store->append({&late, 1});
    if (!ok) told = ok.error().message;
  }
  EXPECT_THAT(told, AllOf(HasSubstr("'hurt'"), HasSubstr("1970-01-01T00:40:00Z"), HasSubstr("late samples for it are not kept")));
  for (std::int64_t from : {2400, 2405, 3000, 3500})
    EXPECT_FALSE(store->read("hurt", instant_from_epoch_seconds(from), instant_from_epoch_seconds(from + 20)).has_value())
        << from;
  EXPECT_EQ(store->read("hurt", instant_from_epoch_seconds(3600), instant_from_epoch_seconds(9000))->size(), 540u);
}

TEST(DamagedFirstChunk, LeavesRoomForOlderSamplesBeforeIt) {
  Folder directory;
  {
    const auto store = open_or_fail(directory.path());
    append_one(*store, "first", sample_at(0));
    std::vector<HistorySample> samples;
    for (int i = 0; i < 480; ++i) samples.push_back({"hurt", sample_at(10'000 + i * 10, i)});
    ASSERT_TRUE(store->append(samples).has_value());
  }
  change_chunk(directory.path(), 0, [](std::string& v) { v.back() ^= 1; });
  const auto store = open_or_fail(directory.path());
  std::vector<HistorySample> late;
  for (int i = 0; i < 240; ++i) late.push_back({"hurt", sample_at(9000 + i * 10, i)});
  EXPECT_FALSE(store->append(late).has_value());
  EXPECT_EQ(store->read("hurt", instant_from_epoch_seconds(0), instant_from_epoch_seconds(10'000))->size(), 100u);
  EXPECT_FALSE(store->read("hurt", instant_from_epoch_seconds(10'500), instant_from_epoch_seconds(10'600)).has_value());
}

TEST_P(DamagedChunk, DoesNotStopLaterSamples) {
  Folder directory;
  fill(directory.path());
  change_chunk(directory.path(), 2, GetParam().second);
  const auto store = open_or_fail(directory.path());
  for (int i = 0; i < 300; ++i) append_one(*store, "hurt", sample_at(20'000 + i * 10, 2));
  EXPECT_EQ(
      store->read("hurt", instant_from_epoch_seconds(20'000), instant_from_epoch_seconds(30'000))->size(),
      300u);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, DamagedChunk,
    testing::Values(
        std::pair<const char*, Change>{"Truncated", [](std::string& v) { v.resize(v.size() / 2); }},
        std::pair<const char*, Change>{"ShortByItsOwnWord", [](std::string& v) { v.replace(5, 3, "\x80\x80\0", 3); }},
        std::pair<const char*, Change>{"Emptied", [](std::string& v) { v.clear(); }},
        std::pair<const char*, Change>{"BitFlipped", [](std::string& v) { v[v.size() / 2] ^= 4; }}),
    [](const auto& info) { return info.param.first; });

TEST(DamagedFile, GivesAnErrorOrTheTruthButNeverWrongSamples) {
  Folder directory;
  fill(directory.path());
  open_or_fail(directory.path()).reset();  // so that what was in the write-ahead log is in table files
  const auto copy = std::filesystem::path(directory.path() + "-copy");
  const unsigned seed = 5;
  std::mt19937 random(seed);
  for (int round = 0; round < 40; ++round) {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(directory.path(), copy);
    for (const auto& file : std::filesystem::directory_iterator(copy)) {
      if (file.path().extension() != ".sst") continue;
      std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      const auto at = static_cast<std::streamoff>(random() % file.file_size());
      bytes.seekg(at);
      const char c = static_cast<char>(bytes.get() ^ 1 << random() % 8);
      bytes.seekp(at);
      bytes.put(c);
    }
    const auto store = open_rocksdb_history(copy);
    if (!store) continue;
    const auto samples = (*store)->read("hurt", Instant::min(), Instant::max());
    if (!samples) continue;
    ASSERT_EQ(samples->size(), 1200u) << "seed " << seed << " round " << round;
    for (int i = 0; i < 1200; ++i) ASSERT_EQ((*samples)[static_cast<std::size_t>(i)].used[0], i);
  }
  std::filesystem::remove_all(copy);
}

}  // namespace
}  // namespace headroom
