// The parts of the published model one by one.
#include <gtest/gtest.h>

#include "../src/ledger.h"
#include "../src/overload.h"
#include "../src/sharing.h"
#include "../src/workload.h"

namespace headroom::consolidation {
namespace {

std::vector<VmState> some_vms(std::size_t n) {
  std::vector<VmState> vms(n);
  for (std::size_t v = 0; v < n; ++v) vms[v].java_hash = java_hash("2-" + std::to_string(v));
  return vms;
}

HostState g5(std::initializer_list<Guest> guests) {
  HostState host;
  host.kind = &host_kind(1);
  host.guests = guests;
  return host;
}

TEST(Machines, DrawThePowerOfTheirTableAndBetweenItsPoints) {
  EXPECT_EQ(power_watts(host_kind(0), 0), 86);
  EXPECT_EQ(power_watts(host_kind(0), 1), 117);
  EXPECT_DOUBLE_EQ(power_watts(host_kind(1), 0.55), (116 + 121) / 2.0);
  EXPECT_EQ(power_watts(host_kind(1), 1 + 1e-9), 135);
}

TEST(Machines, AreOfFourSizesAQuarterOfTheVmsEach) {
  EXPECT_EQ(vm_kind(0, 10).mips, 2500);
  EXPECT_EQ(vm_kind(2, 10).mips, 2500);
  EXPECT_EQ(vm_kind(3, 10).mips, 2000);
  EXPECT_EQ(vm_kind(9, 10).mips, 500);
  EXPECT_DOUBLE_EQ(migration_seconds(1740), 27.84);
}

TEST(Workload, IsAStraightLineBetweenSamplesAndHoldsAfterTheLast) {
  Day day{{"a", {}}};
  day[0].percent[1] = 50;
  day[0].percent.back() = 20;
  const Workload workload(day);
  EXPECT_EQ(workload.utilisation(0, 300), 0.5);
  EXPECT_DOUBLE_EQ(workload.utilisation(0, 150), 0.25);
  EXPECT_DOUBLE_EQ(workload.utilisation(0, 287 * 300 + 0.1), 0.2);
}

TEST(Sharing, GivesEveryoneWhatItAsksForUpToOneCoreWhileItLasts) {
  const auto vms = some_vms(2);
  HostState host = g5({{0, Stay::kHere, 3000, 0}, {1, Stay::kHere, 500, 0}});
  EXPECT_FALSE(share_in_order(host, vms));
  EXPECT_EQ(host.guests[0].given, 2660);
  EXPECT_EQ(host.guests[1].given, 500);
  EXPECT_EQ(host.free_mips, 5320 - 2660 - 500);
}

TEST(Sharing, RationsAllAlikeInWholeMipsOnceOneDoesNotFit) {
  const auto vms = some_vms(3);
  HostState host = g5({{0, Stay::kHere, 2000, 0}, {1, Stay::kHere, 2000, 0}, {2, Stay::kHere, 2000, 0}});
  EXPECT_TRUE(share_in_order(host, vms));
  for (const Guest& g : host.guests) EXPECT_EQ(g.given, 1773);  // 5320 / 3 = 1773.33
  EXPECT_EQ(host.free_mips, 0);
}

TEST(Sharing, GivesLeaversNineTenthsAndArriversOneTenth) {
  const auto vms = some_vms(2);
  HostState host = g5({{0, Stay::kLeaving, 1000, 0}, {1, Stay::kArriving, 1000, 0}});
  EXPECT_FALSE(share_in_order(host, vms));
  EXPECT_EQ(host.guests[0].given, 900);
  EXPECT_EQ(host.guests[1].given, 100);
  EXPECT_EQ(host.free_mips, 5320 - 1000 - 100);
}

TEST(Sharing, HashesNamesAsJavaDoes) {
  EXPECT_EQ(java_hash("2-0"), 49493u);
  // "2-1000".hashCode() is 1474523418 in Java.
  EXPECT_EQ(java_hash("2-1000"), 1474523418u ^ (1474523418u >> 16));
}

TEST(Overload, IsForegoneByTheTrendOfTheLastTenStepsWhateverTheLoadOfNow) {
  Outlook rising;
  rising.known = 10;
  for (std::size_t i = 0; i < 10; ++i) rising.recent[i] = 0.75 - 0.02 * static_cast<double>(i);  // next: 0.77
  EXPECT_FALSE(RegressionTest{}.overloaded(rising, host_kind(0)));
  EXPECT_TRUE((RegressionTest{1.3, {0.7}}.overloaded(rising, host_kind(0))));
}

TEST(Overload, FallsBackOnAThresholdBeforeTenStepsAreKnown) {
  Outlook young;
  young.known = 9;
  young.asked = 0.71 * host_kind(0).mips;
  EXPECT_TRUE(RegressionTest{}.overloaded(young, host_kind(0)));
  EXPECT_FALSE(ThresholdTest{}.overloaded(young, host_kind(0)));
}

TEST(Ledger, CountsAFrameByTheEntryItBeginsWith) {
  Ledger ledger(2, 1);
  ledger.write(0, HostEntry{0, 10, 20, true});
  ledger.write(0, HostEntry{10, 10, 10, false});
  ledger.write(0, HostEntry{40, 0, 0, false});
  ledger.write(0, VmEntry{0, 9, 10, true});
  ledger.write(0, VmEntry{10, 10, 10, false});
  ledger.write(0, VmEntry{20, 10, 10, false});
  ConsolidationReport report;
  report.energy_kwh = 2;
  ledger.close(report);
  EXPECT_DOUBLE_EQ(report.slatah, 10.0 / 40);
  EXPECT_DOUBLE_EQ(report.real_overload_ratio, 10.0 / 40);
  EXPECT_DOUBLE_EQ(report.pdm, 10.0 / 200);
  EXPECT_DOUBLE_EQ(report.esv, 2 * report.slatah * report.pdm);
  EXPECT_EQ(report.host_shutdowns, 1u);  // the other host has no entry at all
}

TEST(Ledger, LetsALaterEntryOfTheSameTimeReplaceTheFirst) {
  Ledger ledger(1, 1);
  ledger.write(0, HostEntry{0, 0, 0, false});
  ledger.write(0, HostEntry{0, 5, 5, false});
  ledger.write(0, HostEntry{10, 5, 5, false});
  ConsolidationReport report;
  ledger.close(report);
  EXPECT_EQ(report.host_shutdowns, 0u);
  EXPECT_EQ(report.slatah, 0);
}

}  // namespace
}  // namespace headroom::consolidation
