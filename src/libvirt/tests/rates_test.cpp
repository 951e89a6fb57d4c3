#include "headroom/libvirt/rates.h"

#include <gmock/gmock.h>

#include <random>

namespace headroom::libvirt {
namespace {

using ::testing::DoubleNear;
using ::testing::FloatNear;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);
constexpr std::uint64_t kSecond = 1'000'000'000;

// A VM of two vCPUs, one disk and one NIC, at ten seconds after noon for each step.
struct Machine {
  Fields fields;
  std::string host = "h1";
  std::int64_t run = 1;

  Machine() {
    fields.numbers = {{"state.state", 1}, {"cpu.time", 50 * kSecond}, {"vcpu.current", 2}, {"vcpu.maximum", 4},
                      {"vcpu.0.state", 1}, {"vcpu.0.time", 20 * kSecond}, {"vcpu.0.delay", 5 * kSecond},
                      {"vcpu.1.state", 1}, {"vcpu.1.time", 10 * kSecond}, {"vcpu.1.delay", 0},
                      {"balloon.current", 4 << 20}, {"balloon.maximum", 4 << 20}, {"balloon.rss", 3 << 20},
                      {"balloon.available", 4000000}, {"balloon.usable", 3000000}, {"balloon.unused", 1000000},
                      {"balloon.swap_in", 0}, {"balloon.last-update", 1'700'000'000},
                      {"block.count", 1}, {"block.0.rd.bytes", 1000}, {"block.0.wr.bytes", 500},
                      {"net.count", 1}, {"net.0.rx.bytes", 100}, {"net.0.tx.bytes", 900}};
    fields.texts = {{"block.0.name", "vda"}, {"net.0.name", "vnet7"}};
  }
  bool balloon_is_used = false;
  Reading at(int seconds) const { return {"vm", host, run, kNoon + std::chrono::seconds(seconds), read_stats(fields), balloon_is_used}; }
  std::uint64_t& operator[](const std::string& name) { return fields.numbers[name]; }
};

// Figures of an emulated guest of the lab, before its second vCPU was plugged in, after it, and after it was pulled out again.
TEST(Vcpus, CountWithAThreadThoughTheirGuestHasNotSwitchedThemOnAndNotWhenTheyAreGone) {
  const auto count = [](std::map<std::string, std::uint64_t> numbers) {
    numbers.insert({{"vcpu.maximum", 2}, {"vcpu.0.state", 1}, {"vcpu.0.time", 3'240'000'000}, {"vcpu.0.delay", 3'164'844'902}});
    return vcpus_with_a_thread(read_stats({std::move(numbers), {}}));
  };
  EXPECT_EQ(count({{"vcpu.current", 1}}), 1);
  EXPECT_EQ(count({{"vcpu.current", 2}, {"vcpu.1.state", 1}, {"vcpu.1.time", 0}, {"vcpu.1.delay", 3'948'869}}), 2);
  EXPECT_EQ(count({{"vcpu.current", 2}, {"vcpu.1.state", 1}, {"vcpu.1.time", 0}, {"vcpu.1.delay", 0}}), 1);
  EXPECT_EQ(count({{"vcpu.current", 2}, {"vcpu.1.state", 1}, {"vcpu.1.time", 10'000'000}}), 2) << "a kernel that tells no waiting";
}

TEST(Rates, AreSaidOfAnIntervalThatWasWatched) {
  Machine vm;
  RateBook book;
  EXPECT_FALSE(book.take(vm.at(0)));
  vm["vcpu.0.time"] += 5 * kSecond;
  vm["vcpu.1.time"] += 2 * kSecond;
  vm["vcpu.0.delay"] += 4 * kSecond;
  vm["block.0.rd.bytes"] += 30'000;
  vm["block.0.wr.bytes"] += 10'000;
  vm["net.0.rx.bytes"] += 5'000;
  vm["balloon.last-update"] += 10;
  const auto m = book.take(vm.at(10));
  ASSERT_TRUE(m);
  EXPECT_THAT(*m->used[0], DoubleNear(700, 1e-6));
  EXPECT_THAT(m->stalled[0], FloatNear(0.2F, 1e-6F));
  EXPECT_DOUBLE_EQ(*m->used[1], 1000000.0 * 1024);
  EXPECT_DOUBLE_EQ(*m->used[2], 4000);
  EXPECT_DOUBLE_EQ(*m->used[3], 500);
  EXPECT_TRUE(m->guest_statistics);
  EXPECT_EQ(m->guest_age, Duration(0));
  EXPECT_EQ(m->interval, std::chrono::seconds(10));
  ASSERT_TRUE(m->sample());
  EXPECT_EQ(m->sample()->at, kNoon + std::chrono::seconds(10));
}

TEST(Rates, AreNotSaidOfAMomentButOfItAndWhatComesNext) {
  Machine vm;
  RateBook book;
  book.take(vm.at(0));
  vm["vcpu.0.time"] += kSecond;
  Reading soon = vm.at(0);
  soon.at += std::chrono::milliseconds(40);
  EXPECT_FALSE(book.take(soon));
  vm["vcpu.0.time"] += kSecond;
  const auto m = book.take(vm.at(10));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->interval, std::chrono::seconds(10));
  EXPECT_THAT(*m->used[0], DoubleNear(200, 1e-6));
}

TEST(Rates, BeginAnewAtAMigrationAndAtARestart) {
  Machine vm;
  RateBook book;
  book.take(vm.at(0));
  vm.host = "h2";
  vm["vcpu.0.time"] = 1;
  EXPECT_FALSE(book.take(vm.at(10)));
  vm["vcpu.0.time"] += kSecond;
  EXPECT_THAT(*book.take(vm.at(20))->used[0], DoubleNear(100, 1e-6));
  vm.run = 2;
  EXPECT_FALSE(book.take(vm.at(30)));
}

TEST(Rates, AreNeverSaidOverAGap) {
  Machine vm;
  RateBook book(RateOptions{.longest = std::chrono::seconds(60)});
  book.take(vm.at(0));
  EXPECT_FALSE(book.take(vm.at(61)));
  EXPECT_TRUE(book.take(vm.at(121)));
  EXPECT_FALSE(book.take(vm.at(121)));  // no time has passed
  EXPECT_FALSE(book.take(vm.at(100)));  // the clock was set back
  book.forget_before(kNoon + std::chrono::seconds(300));
  EXPECT_FALSE(book.take(vm.at(300)));
}

TEST(Rates, OfACounterThatWentBackwardsAreAbsentAndTheOthersStay) {
  Machine vm;
  RateBook book;
  book.take(vm.at(0));
  vm["net.0.rx.bytes"] = 5;  // wrapped, or its device was plugged anew
  const auto m = book.take(vm.at(10));
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->used[3]);
  EXPECT_TRUE(m->used[0] && m->used[1] && m->used[2]);
  EXPECT_FALSE(m->sample());
  EXPECT_TRUE(book.take(vm.at(20))->sample());
}

TEST(Rates, OfWhatWasMissingAtOneEndAreAbsent) {
  Machine vm;
  const Machine whole;
  RateBook book;
  book.take(vm.at(0));
  vm.fields.numbers.erase("block.0.rd.bytes");  // the domain was busy with a job
  vm.fields.numbers.erase("net.count");
  vm.fields.numbers.erase("vcpu.1.time");
  EXPECT_TRUE(book.take(vm.at(10)));
  EXPECT_FALSE(book.take(whole.at(20))->used[2]);
  book.take(vm.at(30));
  const auto m = book.take(vm.at(40));
  EXPECT_FALSE(m->used[3]);
  EXPECT_TRUE(m->used[1]);
}

TEST(Rates, CountADeviceFromWhenItCame) {
  Machine vm;
  RateBook book;
  book.take(vm.at(0));
  vm["block.count"] = 2;
  vm["block.1.rd.bytes"] = 1'000'000;
  vm["block.1.wr.bytes"] = 0;
  vm.fields.texts["block.1.name"] = "vdb";
  vm["vcpu.current"] = 3;
  vm["vcpu.2.time"] = 100 * kSecond;
  EXPECT_DOUBLE_EQ(*book.take(vm.at(10))->used[2], 0);
  vm["block.1.rd.bytes"] += 10'000;
  vm["vcpu.2.time"] += 10 * kSecond;
  const auto m = book.take(vm.at(20));
  EXPECT_DOUBLE_EQ(*m->used[2], 1000);
  EXPECT_THAT(*m->used[0], DoubleNear(1000, 1e-6));
}

TEST(Rates, OfADeviceWithoutCountersAddNothing) {
  Machine vm;
  for (const char* name : {"net.0.rx.bytes", "net.0.tx.bytes"}) vm.fields.numbers.erase(name);
  RateBook book;
  book.take(vm.at(0));
  EXPECT_DOUBLE_EQ(*book.take(vm.at(10))->used[3], 0);
}

TEST(Rates, GoByTheWholeProcessWhereVcpusAreNotTold) {
  Machine vm;
  for (const char* name : {"vcpu.0.time", "vcpu.1.time", "vcpu.0.delay", "vcpu.1.delay"}) vm.fields.numbers.erase(name);
  RateBook book;
  book.take(vm.at(0));
  vm["cpu.time"] += 3 * kSecond;
  EXPECT_THAT(*book.take(vm.at(10))->used[0], DoubleNear(300, 1e-6));
  vm["cpu.time"] += 90 * kSecond;
  EXPECT_THAT(*book.take(vm.at(20))->used[0], DoubleNear(2000, 1e-6));  // two vCPUs cannot do more
}

TEST(GuestStatistics, AgeFromWhenTheyLastChanged) {
  Machine vm;
  RateBook book(RateOptions{.guest_age = std::chrono::seconds(15)});
  vm["balloon.last-update"] = 1'600'000'000;  // the host's clock is years behind: only changes count
  book.take(vm.at(0));
  EXPECT_FALSE(book.take(vm.at(10))->guest_statistics);
  vm["balloon.last-update"] += 1;
  EXPECT_TRUE(book.take(vm.at(20))->guest_statistics);
  auto m = book.take(vm.at(30));
  EXPECT_TRUE(m->guest_statistics);
  EXPECT_EQ(m->guest_age, std::chrono::seconds(10));
  m = book.take(vm.at(40));
  EXPECT_FALSE(m->guest_statistics);
  EXPECT_DOUBLE_EQ(*m->used[1], 3.0 * (1 << 30));  // what the process has, then
}

TEST(GuestStatistics, SayThatTheGuestSwaps) {
  Machine vm;
  RateBook book;
  book.take(vm.at(0));
  vm["balloon.swap_in"] += 4;
  vm["balloon.last-update"] += 10;
  EXPECT_EQ(book.take(vm.at(10))->stalled[1], 1);
  EXPECT_EQ(book.take(vm.at(20))->stalled[1], 0);
}

// Seen of a real guest: with autodeflate a balloon of 28 MiB raised "used" by 28 MiB.
TEST(GuestStatistics, DoNotCountABalloonThatTheGuestMayTakeBack) {
  Machine vm;
  vm.balloon_is_used = true;
  vm["balloon.current"] = (4 << 20) - 400'000;
  RateBook book;
  book.take(vm.at(0));
  EXPECT_DOUBLE_EQ(*book.take(vm.at(10))->used[1], 600000.0 * 1024);
  vm["balloon.current"] = 0;
  EXPECT_DOUBLE_EQ(*book.take(vm.at(20))->used[1], 0);
}

TEST(GuestStatistics, OfAnOldGuestGoByWhatIsUnused) {
  Machine vm;
  vm.fields.numbers.erase("balloon.usable");
  RateBook book;
  book.take(vm.at(0));
  EXPECT_DOUBLE_EQ(*book.take(vm.at(10))->used[1], 3000000.0 * 1024);
}

TEST(Rates, StayWithinBoundsWhateverComesIn) {
  const char* given = std::getenv("HEADROOM_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20130802;
  SCOPED_TRACE("HEADROOM_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  RateBook book;
  int measured = 0;
  for (int step = 0; step < 1000; ++step) {
    Machine vm;
    for (auto it = vm.fields.numbers.begin(); it != vm.fields.numbers.end();) {
      if (random() % 20 == 0) it = vm.fields.numbers.erase(it);
      else (random() % 10 == 0 ? it->second = random() >> (random() % 64) : it->second += random() % kSecond), ++it;
    }
    const auto m = book.take(vm.at(10 * step));
    if (!m) continue;
    ++measured;
    for (Resource r : kAllResources) EXPECT_GE(m->used[index(r)].value_or(0), 0) << name(r);
    for (float s : m->stalled) EXPECT_TRUE(s >= 0 && s <= 1) << s;
  }
  EXPECT_GT(measured, 300);
}

}  // namespace
}  // namespace headroom::libvirt
