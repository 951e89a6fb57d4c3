#include "../src/chunk.h"

#include <gtest/gtest.h>

#include <random>

#include "../src/log_row.h"

namespace headroom::history {
namespace {

std::vector<StoredSample> random_samples(std::size_t count, std::mt19937_64& random) {
  std::vector<StoredSample> samples;
  std::int64_t at = static_cast<std::int64_t>(random() % 2'000'000'000'000);
  for (std::size_t i = 0; i < count; ++i) {
    StoredSample s;
    s.at_ms = at += 1 + static_cast<std::int64_t>(random() % 600'000);
    for (std::int64_t& u : s.used)
      u = static_cast<std::int64_t>(random() % 1'000'000'000'000'000'000 >> random() % 60);
    for (std::uint16_t& p : s.stalled)
      p = random() % 3 == 0 ? static_cast<std::uint16_t>(random() % 1001) : 0;
    s.guest_statistics = random() % 2 == 0;
    samples.push_back(s);
  }
  return samples;
}

TEST(Chunk, GivesBackExactlyWhatWentIn) {
  std::mt19937_64 random(7);
  ChunkCoder coder;
  for (std::size_t count : {1, 2, 120, 180, 8192}) {
    const auto samples = random_samples(count, random);
    std::vector<StoredSample> out;
    ASSERT_EQ(coder.decode("key", coder.encode("key", samples), out), nullptr) << count;
    EXPECT_EQ(out, samples);
  }
}

TEST(Chunk, ThatHasAnyBitFlippedOrIsCutShortIsSeenAsDamaged) {
  std::mt19937_64 random(8);
  ChunkCoder coder;
  const std::string chunk = coder.encode("key", random_samples(20, random));
  std::vector<StoredSample> out;
  for (std::size_t bit = 0; bit < chunk.size() * 8; ++bit) {
    std::string bad = chunk;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(coder.decode("key", bad, out), nullptr) << bit;
  }
  for (std::size_t size = 0; size < chunk.size(); ++size)
    EXPECT_NE(coder.decode("key", chunk.substr(0, size), out), nullptr) << size;
  EXPECT_TRUE(out.empty());
}

TEST(Chunk, UnderAnotherKeyIsDamaged) {
  std::mt19937_64 random(9);
  ChunkCoder coder;
  std::vector<StoredSample> out;
  EXPECT_NE(coder.decode("other", coder.encode("key", random_samples(3, random)), out), nullptr);
}

TEST(LogRow, GivesBackItsGroupsAndRefusesWhatIsCutShort) {
  std::mt19937_64 random(10);
  const auto samples = random_samples(5, random);
  std::string records, row;
  for (const StoredSample& s : samples) put_record(records, s);
  put_group(row, 77, records);
  std::vector<StoredSample> out;
  ASSERT_TRUE(read_groups(row, [&](std::uint32_t vm, std::string_view r) {
    EXPECT_EQ(vm, 77u);
    EXPECT_TRUE(read_records(r, out));
  }));
  EXPECT_EQ(out, samples);
  EXPECT_FALSE(read_groups(row.substr(0, row.size() - 1), [](std::uint32_t, std::string_view) {}));
  EXPECT_FALSE(read_records(records.substr(0, records.size() - 1), out));
}

}  // namespace
}  // namespace headroom::history
