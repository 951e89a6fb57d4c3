// Bytes that nobody meant: what is broken is refused, nothing is held beyond a frame, and what is taken has its shape.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "headroom/wire/frame.h"
#include "headroom/wire/message.h"

namespace headroom::wire {
namespace {

std::uint64_t seed() {
  const char* asked = std::getenv("HEADROOM_SEED");
  return asked != nullptr ? std::strtoull(asked, nullptr, 10) : std::random_device{}();
}

v1::FromAgent some_report(std::mt19937_64& random) {
  v1::FromAgent message;
  v1::Report& report = *message.mutable_report();
  report.set_sequence(1 + random() % 1000);
  report.set_samples(1);
  report.set_span_ms(1000);
  for (int i = 0; i < kMetricCount; ++i) report.add_mean(static_cast<std::int64_t>(random() % 100'000));
  report.add_disks()->set_name("vda");
  report.add_nics()->set_name("eth0");
  return message;
}

// Some bytes of it changed, cut off, or said twice.
std::string spoilt(std::string bytes, std::mt19937_64& random) {
  for (std::uint64_t times = 1 + random() % 4; times > 0; --times) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 3) {
      case 0: bytes[at] = static_cast<char>(random()); break;
      case 1: bytes.resize(at + 1); break;
      default: bytes.insert(at, bytes.substr(at, random() % 32)); break;
    }
  }
  return bytes;
}

TEST(HostileBytes, AreRefusedOrHaveTheShapeThatIsPromised) {
  const std::uint64_t used = seed();
  SCOPED_TRACE("HEADROOM_SEED=" + std::to_string(used));
  std::mt19937_64 random(used);
  int taken = 0, refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    append(some_report(random), bytes);
    bytes = spoilt(std::move(bytes), random);
    FrameReader frames;
    if (!frames.push(bytes)) {
      ++refused;
      continue;
    }
    EXPECT_LE(frames.held(), bytes.size());
    while (const auto payload = frames.next()) {
      const auto message = decode_from_agent(*payload);
      message ? ++taken : ++refused;
      if (!message || !message->has_report()) continue;
      EXPECT_GT(message->report().sequence(), 0u);
      EXPECT_LE(message->report().mean_size(), kMostMetrics);
      EXPECT_LE(message->report().disks_size(), kMostDevices);
    }
  }
  EXPECT_GT(taken, 1000);
  EXPECT_GT(refused, 1000);
}

TEST(HostileBytes, OfManyTinyEntriesAreRefusedByTheirNumber) {
  v1::FromAgent message;
  for (int i = 0; i < 20'000; ++i) message.mutable_report()->add_disks();
  message.mutable_report()->set_sequence(1);
  message.mutable_report()->set_samples(1);
  message.mutable_report()->set_span_ms(1);
  message.mutable_report()->add_mean(1);
  EXPECT_FALSE(decode_from_agent(message.SerializeAsString()));
}

}  // namespace
}  // namespace headroom::wire
