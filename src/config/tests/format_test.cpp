#include "headroom/config/format.h"

#include <gtest/gtest.h>

namespace headroom::config {
namespace {

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "accepted" : result.error().message;
}

TEST(Format, ReadsAmountsInTheUnitsPeopleWrite) {
  EXPECT_EQ(*amount(Resource::kCpu)("4 cores"), 4000);
  EXPECT_EQ(*amount(Resource::kCpu)("0.25 vCPU"), 250);
  EXPECT_EQ(*amount(Resource::kCpu)("500mcores"), 500);
  EXPECT_EQ(*amount(Resource::kMemory)("16 GiB"), (16_GiB).count());
  EXPECT_EQ(*amount(Resource::kMemory)("256 MiB"), (256_MiB).count());
  EXPECT_EQ(*amount(Resource::kMemory)("2 GB"), 2'000'000'000);
  EXPECT_EQ(*amount(Resource::kDisk)("100 MB/s"), 100'000'000);
  EXPECT_EQ(*amount(Resource::kNetwork)("1 Gbit/s"), 125'000'000);
}

TEST(Format, ExplainsAnAmountItCannotRead) {
  EXPECT_EQ(error_of(amount(Resource::kCpu)("4")), "'4' has no unit; write 4 cores or 500 mcores");
  EXPECT_EQ(error_of(amount(Resource::kMemory)("4 gib")),
            "'gib' is not a unit of memory; write 16 GiB or 256 MiB; did you mean 'GiB'?");
  EXPECT_EQ(error_of(amount(Resource::kMemory)("4 cores")), "'cores' is not a unit of memory; write 16 GiB or 256 MiB");
  EXPECT_EQ(error_of(amount(Resource::kDisk)("fast")), "'fast' is not an amount of disk; write 100 MB/s or 1 Gbit/s");
  EXPECT_EQ(error_of(amount(Resource::kCpu)("0 cores")), "'0 cores' must be at least 0.001 cores and at most 1e+12 cores");
  EXPECT_EQ(error_of(amount(Resource::kCpu, 1, 64'000)("1e300 cores")),
            "'1e300 cores' must be at least 0.001 cores and at most 64 cores");
}

TEST(Format, ReadsAShareWithOrWithoutThePercentSign) {
  EXPECT_EQ(*percent()("80 %"), 0.8);
  EXPECT_EQ(*percent()("80%"), 0.8);
  EXPECT_EQ(*percent()("0.8"), 0.8);
  EXPECT_EQ(error_of(percent(above(0).at_most(10))("80")),
            "'80' must be above 0 % and at most 1000 %; did you mean '80 %'?");
  EXPECT_EQ(error_of(percent(inside(0, 1))("100 %")), "'100 %' must be above 0 % and below 100 %");
  EXPECT_EQ(error_of(percent(at_least(0))("-1 %")), "'-1 %' must be at least 0 %");
  for (const char* text : {"", "%", "nan", "inf", "0x10", "80 % more", "1e999"})
    EXPECT_EQ(error_of(percent()(text)), "'" + std::string(text) + "' is not a share; write 80 % or 0.8");
}

TEST(Format, ReadsNumbersWithinTheirBounds) {
  EXPECT_EQ(*integer(0, 10)("7"), 7);
  EXPECT_EQ(error_of(integer(0, 10)("7.5")), "'7.5' is not a whole number");
  EXPECT_EQ(error_of(integer(0, 10)("11")), "'11' must be at least 0 and at most 10");
  EXPECT_EQ(error_of(integer(0, 10)("99999999999999999999")), "'99999999999999999999' must be at least 0 and at most 10");
  EXPECT_EQ(*number()("-2.5"), -2.5);
  EXPECT_EQ(error_of(number()("2 m")), "'2 m' is not a number");
  EXPECT_EQ(error_of(number(above(0))("0")), "'0' must be above 0");
}

TEST(Format, ReadsMoneyAndOtherNumbersOfOneUnit) {
  EXPECT_EQ(*usd_per_hour()("0.38"), 0.38);
  EXPECT_EQ(*usd_per_hour()("0.38 USD/h"), 0.38);
  EXPECT_EQ(error_of(usd_per_hour()("0.38 EUR/h")), "'0.38 EUR/h' is not in USD/h; write 0.38 USD/h or convert it");
  EXPECT_EQ(error_of(usd_per_hour()("-1")), "'-1' must be at least 0 USD/h and at most 1000000 USD/h");
  EXPECT_EQ(error_of(number_in("W")("hot")), "'hot' is not a number of W");
}

TEST(Format, ReadsTimes) {
  EXPECT_EQ(*duration()("15m"), std::chrono::minutes(15));
  EXPECT_EQ(error_of(duration()("15 minutes")), "'15 minutes' is not a duration; write 30s, 5m, 1h or 7d");
  EXPECT_EQ(error_of(duration(std::chrono::seconds(1), std::chrono::hours(1))("2h")), "'2h' must be at least 1s and at most 1h");
  EXPECT_EQ(*instant()("1970-01-02"), instant_from_epoch_seconds(86400));
  EXPECT_EQ(error_of(instant()("soon")), "'soon' is not a time; write 2013-08-02T00:00:00Z or 2013-08-02");
}

TEST(Format, ReadsWordsOfAListAndSuggestsTheNearest) {
  const auto action = one_of<int>({{"grow", 1}, {"shrink", 2}});
  EXPECT_EQ(*action("shrink"), 2);
  EXPECT_EQ(error_of(action("shrnik")), "'shrnik' is not one of grow, shrink; did you mean 'shrink'?");
  EXPECT_EQ(error_of(action("double")), "'double' is not one of grow, shrink");
  EXPECT_EQ(*resource()("mem"), Resource::kMemory);
  EXPECT_EQ(error_of(resource()("cpus")), "'cpus' is not one of cpu, memory, disk, network; did you mean 'cpu'?");
  EXPECT_EQ(*boolean()("true"), true);
  EXPECT_EQ(error_of(boolean()("yes")), "'yes' is not one of true, false");
}

TEST(Format, ReadsTextOfOneLine) {
  EXPECT_EQ(*text()("a name"), "a name");
  EXPECT_EQ(error_of(text()("")), "must not be empty");
  EXPECT_EQ(error_of(text(3)("long")), "'long' is longer than 3 bytes");
  EXPECT_EQ(error_of(text()("a\nb")), "'a?b' must be one line of text");
}

TEST(Quoted, CutsLongTextAtAWholeCharacter) {
  const std::string text = std::string(59, 'x') + "\xe2\x82\xac and more";
  EXPECT_EQ(in_quotes(text), "'" + std::string(59, 'x') + "...'");
}

}  // namespace
}  // namespace headroom::config
