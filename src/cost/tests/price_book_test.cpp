#include "headroom/cost/price_book.h"

#include <gtest/gtest.h>

namespace headroom::cost {
namespace {

std::string error_of(std::string_view yaml) {
  const auto book = parse_prices(yaml, "p.yaml");
  return book ? "accepted" : book.error().message;
}

TEST(PriceBook, ShippedHasTheDefaultsOfTheCode) {
  const auto book = load_prices(std::string(HEADROOM_SOURCE_DIR) + "/prices/default.yaml");
  ASSERT_TRUE(book) << book.error().message;
  const AllocationPrice code;
  EXPECT_EQ(book->allocation.usd_per_vcpu_hour, code.usd_per_vcpu_hour);
  EXPECT_EQ(book->allocation.usd_per_gib_hour, code.usd_per_gib_hour);
  EXPECT_EQ(book->allocation.usd_per_disk_mbps_hour, code.usd_per_disk_mbps_hour);
  EXPECT_EQ(book->allocation.usd_per_network_mbps_hour, code.usd_per_network_mbps_hour);
  EXPECT_EQ(book->rates.usd_per_kwh, HostRates().usd_per_kwh);
  EXPECT_EQ(book->rates.usd_per_interruption, HostRates().usd_per_interruption);
  EXPECT_EQ(book->host_types.size(), 4u);
  EXPECT_EQ(book->price_of("spot-16")->interruptions_per_day, 0.4);
  EXPECT_EQ(book->price_of("own-32")->watts_full, 260);
  EXPECT_EQ(book->price_of("reserved-16")->price_class, PriceClass::kReserved);
}

TEST(PriceBook, SuggestsTheNearestHostType) {
  const auto book = parse_prices("prices: {hosts: {standard-16: {price: on-demand, usd per hour: 1}}}", "p.yaml");
  ASSERT_TRUE(book);
  const auto price = book->price_of("standart-16");
  ASSERT_FALSE(price);
  EXPECT_EQ(price.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(price.error().message, "no price for host type 'standart-16'; did you mean 'standard-16'?");
}

TEST(PriceBook, NamesTheLineOfWhatItRefuses) {
  EXPECT_EQ(error_of("prices:\n  allocation: {vcpuu: 1}\n"),
            "p.yaml:2: unknown key 'vcpuu' in allocation of prices of a price book; did you mean 'vcpu'?");
  EXPECT_EQ(error_of("prices:\n  allocation: {vcpu: 1 EUR/h}\n"),
            "p.yaml:2: 'vcpu' in allocation of prices of a price book: '1 EUR/h' is not in USD/h; write 1 USD/h or convert it");
  EXPECT_EQ(error_of("prices:\n  energy: -1\n"),
            "p.yaml:2: 'energy' in prices of a price book: '-1' must be at least 0 USD/kWh and at most 100 USD/kWh");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: sport, usd per hour: 1}}\n"),
            "p.yaml:2: 'price' in host type 'a': 'sport' is not one of reserved, on-demand, spot, power; did you mean 'spot'?");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: spot}}\n"), "p.yaml:2: host type 'a' has no key 'usd per hour'");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: power, watts idle: 90}}\n"),
            "p.yaml:2: host type 'a' has no key 'watts full'");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: power, watts idle: 90, watts full: 50}}\n"),
            "p.yaml:2: host type 'a': draws 50 W full but 90 W idle; swap them");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: on-demand, usd per hour: 1, interruptions per day: 1}}\n"),
            "p.yaml:2: host type 'a': only spot hosts are interrupted, and this one is on-demand");
  EXPECT_EQ(error_of("price: 1\n"), "p.yaml:1: unknown key 'price' in a price book; did you mean 'prices'?");
}

}  // namespace
}  // namespace headroom::cost
