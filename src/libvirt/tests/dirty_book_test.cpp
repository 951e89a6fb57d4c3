#include "headroom/libvirt/dirty_book.h"

#include <gtest/gtest.h>

#include <set>

namespace headroom::libvirt {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);

// `vms` of them, dealt to `hosts`.
std::vector<DirtyBook::Candidate> fleet(int vms, int hosts) {
  std::vector<DirtyBook::Candidate> all;
  for (int i = 0; i < vms; ++i) all.push_back({std::string(1, static_cast<char>('a' + i)), HostId(static_cast<std::uint32_t>(i % hosts))});
  return all;
}

TEST(DirtyBook, SamplesEachVmOnceAPeriodEvenlySpread) {
  DirtyBook book({.every = minutes(30)});
  std::map<std::string, std::vector<Instant>> begun;
  for (Instant now = kNoon; now < kNoon + hours(2); now += seconds(10))
    if (const auto next = book.begin(fleet(6, 2), now)) {
      begun[next->vm].push_back(now);
      book.end(next->vm, {});
    }
  EXPECT_EQ(begun.size(), 6U);
  for (const auto& [vm, when] : begun) EXPECT_EQ(when.size(), 4U) << vm;
  EXPECT_GE(begun["b"][0] - begun["a"][0], minutes(5));
}

TEST(DirtyBook, SamplesFewAtATimeAndOneAHost) {
  DirtyBook book({.every = minutes(30), .at_once = 2});
  const auto all = fleet(9, 3);
  std::set<HostId> under_way;
  for (Instant now = kNoon; now < kNoon + hours(5); now += minutes(1))
    if (const auto next = book.begin(all, now)) {  // none of them ends
      EXPECT_TRUE(under_way.insert(next->host).second);
    }
  EXPECT_EQ(under_way.size(), 2U);
}

TEST(DirtyBook, TakesOfEachRoundWhoWaitedLongest) {
  DirtyBook book({.every = minutes(10)});
  auto all = fleet(2, 1);
  EXPECT_EQ(book.begin(all, kNoon)->vm, "a");
  book.end("a", {});
  EXPECT_EQ(book.begin(all, kNoon + minutes(5))->vm, "b");
  book.end("b", {});
  all = fleet(3, 1);
  EXPECT_EQ(book.begin(all, kNoon + minutes(20))->vm, "c");  // newly come
}

TEST(DirtyBook, KeepsSamplesUntilTheyAreOldOrReplaced) {
  DirtyBook book({.good_for = hours(1)});
  EXPECT_TRUE(book.of("a", kNoon).empty());
  ASSERT_TRUE(book.begin(fleet(1, 1), kNoon));
  book.end("a", {{seconds(1), 4_MiB, kNoon}});
  ASSERT_EQ(book.of("a", kNoon + minutes(59)).size(), 1U);
  ASSERT_TRUE(book.begin(fleet(1, 1), kNoon + minutes(40)));
  book.end("a", {});  // its host did not answer
  EXPECT_EQ(book.of("a", kNoon + minutes(59))[0].amount, 4_MiB);
  EXPECT_TRUE(book.of("a", kNoon + minutes(61)).empty());
}

TEST(DirtyBook, SamplesNobodyWhereItIsSwitchedOff) {
  DirtyBook book({.every = Duration::zero()});
  EXPECT_FALSE(book.begin(fleet(3, 3), kNoon));
  EXPECT_FALSE(DirtyBook({}).begin({}, kNoon));
}

}  // namespace
}  // namespace headroom::libvirt
