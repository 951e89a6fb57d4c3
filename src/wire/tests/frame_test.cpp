#include "headroom/wire/frame.h"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::wire {
namespace {

std::string framed(std::string_view payload) {
  std::string out;
  append_frame(payload, out);
  return out;
}

// What comes out when the bytes come in pieces of `at_once`.
std::vector<std::string> read_in_pieces(const std::string& bytes, std::size_t at_once) {
  FrameReader frames;
  std::vector<std::string> got;
  for (std::size_t at = 0; at < bytes.size(); at += at_once) {
    EXPECT_TRUE(frames.push(std::string_view(bytes).substr(at, at_once)));
    while (const auto payload = frames.next()) got.emplace_back(*payload);
  }
  EXPECT_EQ(frames.held(), 0u);
  return got;
}

TEST(Frames, ComeOutAsTheyWentInHoweverTheStreamIsCut) {
  const std::string long_one(kMostFrameBytes, 'x');
  const std::string bytes = framed("a") + framed("second") + framed(long_one) + framed("last");
  const std::vector<std::string> want{"a", "second", long_one, "last"};
  for (const std::size_t at_once : {1, 2, 3, 4, 5, 7, 100, 65'535, 1'000'000}) EXPECT_EQ(read_in_pieces(bytes, at_once), want) << at_once;
}

TEST(Frames, BeginWithTheirLengthInFourBytesBigEndian) {
  EXPECT_EQ(framed(std::string(258, 'y')).substr(0, 5), std::string("\0\0\1\2y", 5));
}

TEST(Frames, OfSixtyFourMiBAreRefusedAtTheirFourthByteAndNothingIsKept) {
  FrameReader frames;
  ASSERT_TRUE(frames.push(std::string("\x04\0\0", 3)));
  const auto refused = frames.push(std::string(1, '\0'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a frame of 67108864 bytes; from 1 to 65536 are taken");
  EXPECT_EQ(frames.held(), 0u);
  EXPECT_FALSE(frames.push(framed("good")));
  EXPECT_FALSE(frames.next());
}

TEST(Frames, OfNoLengthAreRefused) {
  FrameReader frames;
  EXPECT_FALSE(frames.push(std::string(4, '\0')));
}

TEST(Frames, BehindAGoodOneAreLookedAtBeforeTheyAreTaken) {
  FrameReader frames;
  EXPECT_FALSE(frames.push(framed("good") + std::string("\xff\xff\xff\xff", 4)));
}

TEST(Frames, AreHeldToALowerLimitUntilTheSenderIsKnown) {
  FrameReader strict(16);
  EXPECT_FALSE(strict.push(framed(std::string(17, 'z'))));
  FrameReader raised(16);
  raised.set_limit(17);
  EXPECT_TRUE(raised.push(framed(std::string(17, 'z'))));
  EXPECT_TRUE(raised.next());
}

TEST(Frames, ThatAreNotWholeYetAreWaitedFor) {
  FrameReader frames;
  const std::string bytes = framed("whole");
  ASSERT_TRUE(frames.push(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(frames.next());
  EXPECT_EQ(frames.held(), bytes.size() - 1);
  ASSERT_TRUE(frames.push(bytes.substr(bytes.size() - 1)));
  EXPECT_EQ(frames.next(), "whole");
}

}  // namespace
}  // namespace headroom::wire
