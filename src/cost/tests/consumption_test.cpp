#include "headroom/cost/consumption.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace headroom::cost {
namespace {

Consumption some() {
  Consumption c;
  c.hours = 24;
  c.reserved_usd = 1.5;
  c.on_demand_usd = 2.25;
  c.spot_usd = 0.1;
  c.own_usd = 0.2;
  c.energy_kwh = 12;
  c.interruptions = 0.25;
  c.interrupted_vms = 3;
  c.host_starts = 2;
  c.gib_moved = 64;
  c.migration_hours = 0.5;
  c.migration_down_hours = 0.01;
  c.short_vm_hours = {1, 2, 3, 4};
  return c;
}

TEST(Consumption, ReadsBackAsItWasWritten) {
  const auto read = read_consumption(to_json(some()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(some()));
}

TEST(Consumption, SaysWhichKeyIsMissingOrCannotBe) {
  nlohmann::json object = to_json(some());
  object.erase("energy_kwh");
  EXPECT_EQ(read_consumption(object).error().message, "has no number 'energy_kwh'");
  object = to_json(some());
  object["spot_usd"] = -1;
  EXPECT_EQ(read_consumption(object).error().message, "'spot_usd' is -1, which cannot be");
  object = to_json(some());
  object["short_vm_hours"] = 7;
  EXPECT_EQ(read_consumption(object).error().message, "has no number 'cpu'");
  EXPECT_EQ(read_consumption("text").error().message, "has no number 'hours'");
}

TEST(Consumption, AddsUpAndScalesInEveryField) {
  Consumption twice = some();
  twice += some();
  EXPECT_EQ(to_json(twice), to_json(some().times(2)));
  EXPECT_EQ(twice.short_vm_hours[3], 8);
  EXPECT_EQ(twice.migration_down_hours, 0.02);
}

TEST(Consumption, TakesAHostThatIsStartingAsOnAndOneThatFailedAsOff) {
  Host host;
  host.physical = Resources(8_cores, 16_GiB);
  host.price.usd_per_hour = 1;
  const auto usd = [&](PowerState power) {
    host.power = power;
    return consumed(use_of(host, 2000, 3), 2).on_demand_usd;
  };
  EXPECT_EQ(usd(PowerState::kOn), 2);
  EXPECT_EQ(usd(PowerState::kStarting), 2);
  EXPECT_EQ(usd(PowerState::kOff), 0);
  EXPECT_EQ(usd(PowerState::kFailed), 0);
  EXPECT_EQ(use_of(host, 2000, 3).utilisation, 0.25);
  EXPECT_EQ(use_of(host, 9000, 3).utilisation, 1);
}

}  // namespace
}  // namespace headroom::cost
