// Decisions by a site's prices: reservations as numbers of hosts, spot with what an interruption costs, own hosts by their watts, wear,
// and what a migration sends. Without a price book hosts' hourly prices decide.
#include <gtest/gtest.h>

#include "../src/costs.h"
#include "headroom/cost/bill.h"
#include "headroom/planner/checker.h"
#include "headroom/planner/make_plan.h"
#include "world.h"

namespace headroom {
namespace {

// Two VMs on one host, and one host with one VM that could be with them.
TestWorld half_empty() {
  TestWorld w(2);
  w.s.taken_at = on_the_hour();
  w.add(0, 1000, 900);
  w.add(0, 1000, 900);
  w.add(1, 1000, 900);
  for (Vm& vm : w.s.vms) vm.sampled_at = w.s.taken_at;
  for (Host& h : w.s.hosts) {
    h.type = "standard";
    h.heard_at = w.s.taken_at;
  }
  return w;
}

Policy by_the_book() {
  Policy policy = elastic_policy();
  policy.book = BookPrices{};
  return policy;
}

std::size_t emptied(const TestWorld& w, const Policy& policy) {
  const Plan plan = make_plan(w.s, policy);
  EXPECT_TRUE(check_plan(w.s, plan).empty());
  std::size_t moves = 0;
  for (const Action& a : plan.actions) moves += a.kind == ActionKind::kMigrate && a.reason.code == ReasonCode::kConsolidation;
  return moves;
}

// A VM that wants more than its host has, and two that could be started for it.
std::string started(const TestWorld& w, const Policy& policy) {
  for (const Action& a : make_plan(w.s, policy).actions)
    if (a.kind == ActionKind::kStartHost) return w.s.find(a.from)->name;
  return "";
}

TestWorld short_of_room() {
  TestWorld w(3);
  w.add(0, 4000, 6000);
  w.add(0, 4000, 3900);
  w.s.hosts[1].power = w.s.hosts[2].power = PowerState::kOff;
  return w;
}

Policy at_any_price(Policy policy) {
  policy.priced->usd_per_overloaded_vm_hour = 10;
  return policy;
}

TEST(Costs, AreEachHostsHourlyPriceWithoutABook) {
  TestWorld w = half_empty();
  w.s.hosts[1].price.price_class = PriceClass::kReserved;
  const Policy policy = elastic_policy();
  const Costs costs(w.s, policy);
  EXPECT_EQ(costs.running(0), 1);
  EXPECT_FALSE(costs.paid_anyway(0));
  EXPECT_DOUBLE_EQ(costs.per_core(0), 1.0 / 8);
  EXPECT_TRUE(costs.paid_anyway(1));
  EXPECT_EQ(costs.per_core(1), 0);
  EXPECT_EQ(costs.start_and_stop(0), 0);
  EXPECT_EQ(costs.of_move(w.s.vms[0]), policy.hosts.usd_per_migration);
}

TEST(Costs, AreWhatTheBillWouldHaveMoreOfIt) {
  for (PriceClass c : {PriceClass::kReserved, PriceClass::kOnDemand, PriceClass::kSpot, PriceClass::kPower})
    for (std::size_t reserved : {0U, 1U, 2U}) {
      TestWorld w = half_empty();
      w.s.hosts[1].price = {.price_class = c, .usd_per_hour = 0.7, .watts_idle = 90, .watts_full = 300, .interruptions_per_day = 2, .watts_curve = {}};
      Policy policy = by_the_book();
      policy.book->prices.usd_per_interruption = 1;
      policy.book->reservations["standard"] = {reserved, 0.4};
      const std::vector<cost::HostUse> others{cost::use_of(w.s.hosts[0], 0, 2)};
      const double more =
          cost::marginal_usd_per_hour(others, policy.book->reservations, cost::use_of(w.s.hosts[1], 0, 1), policy.book->prices);
      EXPECT_NEAR(Costs(w.s, policy).running(1), more, 1e-12) << name(c) << ", " << reserved << " reserved";
    }
}

TEST(Costs, EmptyNoHostOfWhichAReservationIsNotUsedUp) {
  const TestWorld w = half_empty();
  Policy policy = by_the_book();
  EXPECT_EQ(emptied(w, policy), 1U);
  policy.book->reservations["standard"] = {1, 0.4};
  EXPECT_EQ(emptied(w, policy), 1U);
  policy.book->reservations["standard"] = {2, 0.4};
  EXPECT_EQ(emptied(w, policy), 0U);
}

TEST(Costs, StopOnlyAsManyEmptyHostsAsAreNotReserved) {
  TestWorld w(4);
  w.add(0, 1000, 900);
  for (Host& h : w.s.hosts) h.type = "standard";
  Policy policy = by_the_book();
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kStopHost), 3U);
  policy.book->reservations["standard"] = {2, 0.4};
  EXPECT_EQ(count(make_plan(w.s, policy), ActionKind::kStopHost), 2U);
}

TEST(Costs, EmptyNoHostIfStartingItAgainWearsItMoreThanThatSaves) {
  const TestWorld w = half_empty();
  Policy policy = by_the_book();
  policy.book->prices.usd_per_host_start = 7;  // more than six hours of it
  EXPECT_EQ(emptied(w, policy), 0U);
}

TEST(Costs, EmptyNoHostIfItsMovesCostMoreThanThatSaves) {
  const TestWorld w = half_empty();
  Policy policy = by_the_book();
  EXPECT_EQ(emptied(w, policy), 1U);
  policy.book->prices.usd_per_gib_moved = 3;  // three GiB in use
  EXPECT_EQ(emptied(w, policy), 0U);
}

TEST(Costs, StartTheHostThatIsCheapestOnceInterruptionsArePaidFor) {
  TestWorld w = short_of_room();
  w.s.hosts[1].price = {.price_class = PriceClass::kSpot, .usd_per_hour = 0.5, .interruptions_per_day = 6, .watts_curve = {}};
  EXPECT_EQ(started(w, at_any_price(elastic_policy())), "h1");
  Policy policy = at_any_price(by_the_book());
  EXPECT_EQ(started(w, policy), "h1");
  policy.book->prices.usd_per_interruption = 4;  // a quarter of one an hour
  EXPECT_EQ(started(w, policy), "h2");
}

TEST(Costs, StartTheOwnHostThatDrawsLess) {
  TestWorld w = short_of_room();
  for (std::size_t h : {1U, 2U})
    w.s.hosts[h].price = {.price_class = PriceClass::kPower, .watts_idle = h == 1 ? 200.0 : 100.0, .watts_full = 400, .watts_curve = {}};
  EXPECT_EQ(started(w, at_any_price(elastic_policy())), "h1") << "without a book neither costs anything";
  EXPECT_EQ(started(w, at_any_price(by_the_book())), "h2");
}

// A reservation is left, so this one is free and the other, of another type, is not.
TEST(Costs, StartTheHostThatIsReservedAlready) {
  TestWorld w = short_of_room();
  w.s.hosts[1].type = "small";
  w.s.hosts[2].type = "large";
  w.s.hosts[2].price.usd_per_hour = 3;
  Policy policy = at_any_price(by_the_book());
  EXPECT_EQ(started(w, policy), "h1");
  policy.book->reservations["large"] = {1, 2};
  EXPECT_EQ(started(w, policy), "h2");
}

// Nobody is on the cheap one: being the first there costs it all.
TEST(Costs, OfAnEmptyHostCountForWhoeverWouldBeItsFirst) {
  TestWorld w(3);
  w.add(0, 4000, 6000);
  w.add(0, 4000, 3900);
  w.add(1, 1000, 500);
  w.s.hosts[2].price.usd_per_hour = 0.9;
  Policy policy = at_any_price(elastic_policy());
  policy.hosts.may_power = false;
  const auto destination = [&] {
    for (const Action& a : make_plan(w.s, policy).actions)
      if (a.kind == ActionKind::kMigrate && a.vm == VmId(0)) return w.s.find(a.to)->name;
    return std::string();
  };
  EXPECT_EQ(destination(), "h2");
  policy.book = BookPrices{};
  EXPECT_EQ(destination(), "h1");
}

}  // namespace
}  // namespace headroom
