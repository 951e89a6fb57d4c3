#include "../src/chunk.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "../src/columns.h"
#include "../src/varint.h"
#include "random_samples.h"

namespace headroom::history {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min(), kMost = std::numeric_limits<std::int64_t>::max();

// The values back, and how many bytes they took.
std::pair<std::vector<std::int64_t>, std::size_t> through_column(const std::vector<std::int64_t>& values) {
  std::string bytes;
  put_column(bytes, values);
  VarintReader in(bytes);
  std::vector<std::int64_t> out(values.size());
  EXPECT_TRUE(read_column(in, out));
  EXPECT_TRUE(in.done());
  return {out, bytes.size()};
}

TEST(Column, GivesBackWhateverWentInAtItsExtremesToo) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::int64_t> values(1 + random() % 200);
    const std::uint64_t shift = random() % 64, same = random() % 8;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = i != 0 && random() % 8 < same ? values[i - 1] : static_cast<std::int64_t>(random()) >> shift;
      if (random() % 50 == 0) values[i] = random() % 2 == 0 ? kLeast : kMost;
    }
    EXPECT_EQ(through_column(values).first, values) << round;
  }
  EXPECT_EQ(through_column({}).second, 0u);
}

TEST(Column, TakesNextToNothingWhereNothingChanges) {
  EXPECT_LE(through_column(std::vector<std::int64_t>(120, 0)).second, 3u);
  EXPECT_LE(through_column(std::vector<std::int64_t>(8192, 1'234'567)).second, 8u);
}

// Noise of s bits about a level has s bits a value to tell; a walk of such steps as well. Rice codes come to within a bit of it.
TEST(Column, TakesLittleMoreThanTheNoiseHasToTell) {
  std::mt19937_64 random(2);
  std::vector<std::int64_t> level, walk;
  std::int64_t at = 1'000'000;
  for (int i = 0; i < 1200; ++i) {
    const auto noise = static_cast<std::int64_t>(random() % 256);
    level.push_back(5'000 + noise);
    walk.push_back(at += noise - 128);
  }
  EXPECT_LE(through_column(level).second * 8, 1200u * 9 + 100);
  EXPECT_LE(through_column(walk).second * 8, 1200u * 9 + 100);
}

// 4 KiB blocks over ten seconds: 50 different rates, of which the differences tell twice as much as which one it was.
TEST(Column, OfAmountsThatComeInStepsTakesWhatItTakesToTellTheSteps) {
  std::mt19937_64 random(5);
  std::vector<std::int64_t> rates;
  for (int i = 0; i < 1200; ++i) rates.push_back(static_cast<std::int64_t>(random() % 50 * 4096 / 10));
  EXPECT_LE(through_column(rates).second * 8, 1200u * 6 + 1000);
}

TEST(Column, OfTwoValuesTakesABitEach) {
  std::mt19937_64 random(6);
  std::vector<std::int64_t> coins;
  for (int i = 0; i < 1200; ++i) coins.push_back(1000 + static_cast<std::int64_t>(random() % 2));
  EXPECT_LE(through_column(coins).second, 1200u / 8 + 10);
}

TEST(Column, OfWhichAnyPartIsMissingIsRefused) {
  std::mt19937_64 random(3);
  for (const std::int64_t spread : {3, 1'000'000, 1'000'000'000}) {
    std::vector<std::int64_t> values, steps;
    for (int i = 0; i < 10; ++i) steps.push_back(static_cast<std::int64_t>(random()) % spread);
    for (int i = 0; i < 50; ++i) values.push_back(spread == 1'000'000'000 ? steps[random() % 10] : static_cast<std::int64_t>(random()) % spread);
    std::string bytes;
    put_column(bytes, values);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      VarintReader in(std::string_view(bytes).substr(0, size));
      EXPECT_FALSE(read_column(in, values)) << size;
    }
    bytes[0] = 6;
    VarintReader in(bytes);
    EXPECT_FALSE(read_column(in, values));
  }
}


TEST(Chunk, GivesBackExactlyWhatWentIn) {
  std::mt19937_64 random(7);
  for (std::size_t count : {1, 2, 120, 180, 8192}) {
    const auto samples = random_samples(count, random);
    std::vector<StoredSample> out;
    ASSERT_EQ(decode_chunk("key", encode_chunk("key", samples), out), nullptr) << count;
    EXPECT_EQ(out, samples);
  }
}

TEST(Chunk, ThatHasAnyBitFlippedOrIsCutShortIsSeenAsDamaged) {
  std::mt19937_64 random(8);
  const std::string chunk = encode_chunk("key", random_samples(20, random));
  std::vector<StoredSample> out;
  for (std::size_t bit = 0; bit < chunk.size() * 8; ++bit) {
    std::string bad = chunk;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(decode_chunk("key", bad, out), nullptr) << bit;
  }
  for (std::size_t size = 0; size < chunk.size(); ++size)
    EXPECT_NE(decode_chunk("key", chunk.substr(0, size), out), nullptr) << size;
  EXPECT_TRUE(out.empty());
}

TEST(Chunk, UnderAnotherKeyIsDamaged) {
  std::mt19937_64 random(9);
  std::vector<StoredSample> out;
  EXPECT_NE(decode_chunk("other", encode_chunk("key", random_samples(3, random)), out), nullptr);
}

// As the first version wrote the samples below.
constexpr std::string_view kFirstVersionChunk =
    "013a45bdacf0e61728f90128b52ffd20f9ad0400840780a0abfef962a29c01000506e807e8070e0e0e0e0e41410e80c03e80a4e80302060a0e12161a"
    "1e22262a2e32363a3e4291044a4e52565a5ef503666a6e72e1037a7e82018601cd038e0192019601bd0380801900020d020d020d020d0287ad4b0002"
    "00020002001f0009fa012800280028000501010022010c0080604030201814020606038381c1c08d1b20e8700a8248ba24";

std::vector<StoredSample> first_version_samples() {
  std::vector<StoredSample> samples;
  for (std::int64_t i = 0; i < 40; ++i) {
    StoredSample s;
    s.at_ms = 1'700'000'000'000 + i * 10'000 + i % 3;
    s.used = {(500 + i * 7 % 40) * 1000, (4'000'000 + i * i % 300) * 1'024'000, i % 8 * 409'600, 1'234'567 * (i / 10)};
    s.stalled[0] = i > 30 ? 250 : 0;
    s.guest_statistics = i != 5;
    samples.push_back(s);
  }
  return samples;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

TEST(Chunk, OfTheFirstVersionIsStillRead) {
  const std::string chunk = from_hex(kFirstVersionChunk);
  std::vector<StoredSample> out;
  ASSERT_EQ(decode_chunk("key", chunk, out), nullptr);
  EXPECT_EQ(out, first_version_samples());
  std::string bad = chunk;
  bad.back() ^= 1;
  EXPECT_STREQ(decode_chunk("key", bad, out), "damaged (its checksum does not match)");
}

TEST(Chunk, OfALaterVersionIsRefusedAsSuch) {
  std::mt19937_64 random(11);
  std::string chunk = encode_chunk("key", random_samples(3, random));
  chunk[0] = 3;
  std::vector<StoredSample> out;
  EXPECT_STREQ(decode_chunk("key", chunk, out), "of an unknown version");
}

}  // namespace
}  // namespace headroom::history
