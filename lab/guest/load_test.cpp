#include "load.h"

#include <gmock/gmock.h>

namespace lab {
namespace {

TEST(GuestLoad, IsTwoToFiveNumbers) {
  EXPECT_EQ(parse_load("250 64"), (Load{250, 64, 0, 0}));
  EXPECT_EQ(parse_load(" 250 64 100 20 "), (Load{250, 64, 100, 20}));
  EXPECT_EQ(parse_load("250 64 0 0 4000"), (Load{250, 64, 0, 0, 4000}));
}

TEST(GuestLoad, RefusesWhatIsNone) {
  for (const char* line : {"", "250", "a b", "250 64 x", "250 64 1 2 3 4", "250 64 1 2 -3", "-1 64", "1.5 64"}) EXPECT_EQ(parse_load(line), std::nullopt) << line;
}

TEST(GuestSchedule, GoesStepByStepAndStaysAtItsEnd) {
  const Schedule schedule({{100, 1, 0, 0}, {200, 2, 0, 0}}, 10'000);
  EXPECT_EQ(schedule.at(-5).cpu_millicores, 100);
  EXPECT_EQ(schedule.at(9'999).cpu_millicores, 100);
  EXPECT_EQ(schedule.at(10'000).cpu_millicores, 200);
  EXPECT_EQ(schedule.at(1'000'000).cpu_millicores, 200);
}

TEST(GuestSchedule, SaysWhenItChangesNext) {
  const Schedule schedule({{100, 1, 0, 0}, {200, 2, 0, 0}}, 10'000);
  EXPECT_EQ(schedule.ms_until_next(0), 10'000);
  EXPECT_EQ(schedule.ms_until_next(9'999), 1);
  EXPECT_EQ(schedule.ms_until_next(10'000), std::nullopt);
}

}  // namespace
}  // namespace lab
