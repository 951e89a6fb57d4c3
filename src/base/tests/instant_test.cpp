#include "headroom/base/instant.h"

#include <gtest/gtest.h>

#include "headroom/base/clock.h"

namespace headroom {
namespace {

TEST(Instant, IsWrittenAndReadBackInRfc3339) {
  const Instant t = instant_from_epoch_seconds(1375401600);
  EXPECT_EQ(to_rfc3339(t), "2013-08-02T00:00:00Z");
  EXPECT_EQ(parse_instant("2013-08-02T00:00:00Z").value(), t);
  EXPECT_EQ(parse_instant("2013-08-02").value(), t);
  EXPECT_EQ(parse_instant("1375401600").value(), t);
}

TEST(Instant, WithMillisecondsIsWrittenAndReadBack) {
  const Instant t = instant_from_epoch_seconds(1375315200) + Duration(250);
  EXPECT_EQ(to_rfc3339(t), "2013-08-01T00:00:00.250Z");
  EXPECT_EQ(parse_instant("2013-08-01T00:00:00.250Z").value(), t);
  EXPECT_EQ(parse_instant("2013-08-01T00:00:00.25Z").value(), t);
  EXPECT_EQ(parse_instant("2013-08-01T00:00:00.250999999Z").value(), t);
  EXPECT_EQ(parse_instant(to_rfc3339(t + Duration(-249))).value(), t + Duration(-249));
}

TEST(Instant, BeyondWhatCanBeWrittenIsWrittenAsTheNearestThatCan) {
  EXPECT_EQ(to_rfc3339(Instant::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(Instant::min()), "0000-01-01T00:00:00Z");
}

TEST(Instant, ThatDoesNotExistIsOneClearError) {
  for (const char* bad : {"", "yesterday", "2013-02-30", "2013-08-02T25:00:00Z", "2013-08-02T00:00:00", "-5", "99999999999999",
                          "99999999999999999999", "9999-12-31", "1969-12-31T23:59:59Z", "0000-01-01", "2013-08-02T00:00:00.Z",
                          "2013-08-02T00:00:00.2x0Z", "2013-08-02T00:00:00.0123456789Z", "2013-08-02T00:00:00ZZ"}) {
    const auto t = parse_instant(bad);
    ASSERT_FALSE(t.has_value()) << bad;
    EXPECT_EQ(t.error().code, ErrorCode::kInvalid);
    EXPECT_NE(t.error().message.find(bad), std::string::npos);
  }
}

TEST(Duration, IsReadInTheUsualUnits) {
  EXPECT_EQ(parse_duration("30s").value(), std::chrono::seconds(30));
  EXPECT_EQ(parse_duration("5m").value(), std::chrono::minutes(5));
  EXPECT_EQ(parse_duration("24h").value(), std::chrono::hours(24));
  EXPECT_EQ(parse_duration("7d").value(), std::chrono::hours(168));
  EXPECT_EQ(parse_duration("300ms").value(), Duration(300));
  EXPECT_EQ(parse_duration("300").value(), std::chrono::seconds(300));
  for (const char* bad : {"", "h", "-1h", "1 h", "1w", "999999999999999999999d", "9223372036854775807d"})
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
}

TEST(Duration, IsWrittenInItsLargestExactUnit) {
  EXPECT_EQ(to_text(std::chrono::minutes(90)), "90m");
  EXPECT_EQ(to_text(std::chrono::hours(24)), "1d");
  EXPECT_EQ(to_text(Duration(1500)), "1500ms");
  EXPECT_EQ(to_text(Duration(0)), "0s");
}

TEST(Times, ThatAreNoneAreToldInOneLineWhateverIsInThem) {
  const std::string evil = "5m\nheadroomd: all is well" + std::string(1000, 'x');
  for (const std::string& message : {parse_duration(evil).error().message, parse_instant(evil).error().message}) {
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_TRUE(message.starts_with("'5m?headroomd: all is well")) << message;
    EXPECT_LE(message.size(), 200U);
  }
}

TEST(Clock, MovesOnlyWhenTold) {
  ManualClock clock(instant_from_epoch_seconds(100));
  EXPECT_EQ(epoch_seconds(clock.now()), 100);
  clock.set(instant_from_epoch_seconds(160));
  EXPECT_EQ(epoch_seconds(clock.now()), 160);
}

}  // namespace
}  // namespace headroom
