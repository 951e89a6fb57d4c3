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
  const Prices &read = book->prices, defaults;
  EXPECT_EQ(read.usd_per_kwh, defaults.usd_per_kwh);
  EXPECT_EQ(read.usd_per_interruption, defaults.usd_per_interruption);
  EXPECT_EQ(read.interrupted_for, defaults.interrupted_for);
  EXPECT_EQ(read.usd_per_short_vm_hour, defaults.usd_per_short_vm_hour);
  EXPECT_EQ(read.usd_per_gib_moved, defaults.usd_per_gib_moved);
  EXPECT_EQ(read.migration_slowdown, defaults.migration_slowdown);
  EXPECT_EQ(read.usd_per_host_start, defaults.usd_per_host_start);
  EXPECT_EQ(read.host_start_takes, defaults.host_start_takes);
  EXPECT_EQ(read.host_stop_takes, defaults.host_stop_takes);
  EXPECT_EQ(book->host_types.size(), 4u);
  EXPECT_EQ(book->price_of("spot-16")->price.interruptions_per_day, 0.4);
  EXPECT_EQ(book->price_of("own-32")->price.watts_full, 260);
  EXPECT_EQ(book->price_of("reserved-16")->price.price_class, PriceClass::kReserved);
  EXPECT_EQ(book->price_of("standard-16")->committed(Term::k1y), 0.49);
}

TEST(PriceBook, KnowsWhatATypeCostsRentedOtherwise) {
  const auto book = parse_prices(
      "prices:\n  hosts:\n    a: {price: on-demand, usd per hour: 1, cpu: 16 vCPU, memory: 64 GiB,\n"
      "        reserved: {1y: 0.6, 3y all upfront: 0.4, hosts: 5, term: 1y},\n"
      "        spot: {usd per hour: 0.3, interruptions per day: 2}}\n"
      "    b: {price: on-demand, usd per hour: 1}\n", "p.yaml");
  ASSERT_TRUE(book) << book.error().message;
  const HostTypePrice a = *book->price_of("a"), b = *book->price_of("b");
  EXPECT_EQ(a.size, Resources(16_cores, 64_GiB));
  EXPECT_EQ(a.committed(Term::k3yAll), 0.4);
  EXPECT_EQ(a.committed(Term::k3y), std::nullopt);
  EXPECT_EQ(a.as(PriceClass::kSpot)->usd_per_hour, 0.3);
  EXPECT_EQ(a.as(PriceClass::kSpot)->interruptions_per_day, 2);
  EXPECT_EQ(a.as(PriceClass::kReserved)->usd_per_hour, 0.4);
  EXPECT_EQ(a.as(PriceClass::kOnDemand)->usd_per_hour, 1);
  EXPECT_FALSE(a.as(PriceClass::kPower));
  EXPECT_FALSE(b.as(PriceClass::kSpot));
  EXPECT_FALSE(b.as(PriceClass::kReserved));
  ASSERT_EQ(book->reservations().size(), 1u);
  EXPECT_EQ(book->reservations().at("a").hosts, 5u);
  EXPECT_EQ(book->reservations().at("a").usd_per_hour, 0.6);
}

TEST(PriceBook, ReadsBackAsItWasWritten) {
  auto book = parse_prices(
      "prices:\n  allocation: {vcpu: 0.03, disk mbps: 0.00001}\n  energy: 0.3\n  interruption takes: 5m\n  unmet demand: {cpu: 2}\n"
      "  migration: {gib: 0.02, slow-down: 15 %}\n  host start: {wear: 0.1, takes: 4m, stop takes: 30s}\n  hosts:\n"
      "    a: {price: on-demand, usd per hour: 0.123456789012, cpu: 2.5 vCPU, memory: 1.7 GiB,\n"
      "        reserved: {1y: 0.06, 3y: 0.04, hosts: 5, term: 3y}, spot: {usd per hour: 0.03}}\n"
      "    b: {price: power, usd per hour: 0.01, watts: [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135]}\n"
      "    c: {price: spot, usd per hour: 0.2, interruptions per day: 0.4, watts idle: 0, watts full: 90}\n", "p.yaml");
  ASSERT_TRUE(book) << book.error().message;
  const std::string text = write_prices(*book, "made\nby a test");
  const auto again = parse_prices(text, "again.yaml");
  ASSERT_TRUE(again) << again.error().message << '\n' << text;
  EXPECT_EQ(write_prices(*again, "made\nby a test"), text);
  EXPECT_EQ(again->allocation.usd_per_disk_mbps_hour, 0.00001);
  EXPECT_EQ(again->prices.usd_per_short_vm_hour[0], 2);
  EXPECT_EQ(again->prices.migration_slowdown, 0.15);
  EXPECT_EQ(again->price_of("a")->price.usd_per_hour, 0.123456789012);
  EXPECT_EQ(again->price_of("a")->size, book->price_of("a")->size);
  EXPECT_EQ(again->price_of("a")->held.usd_per_hour, 0.04);
  EXPECT_EQ(again->price_of("b")->price.watts_curve, book->price_of("b")->price.watts_curve);
  EXPECT_EQ(again->price_of("b")->price.watts_full, 135);
  EXPECT_EQ(again->price_of("c")->price.watts_full, 90);
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
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: power, watts: [1, 2, 3]}}\n"),
            "p.yaml:2: host type 'a': has 3 values; give 11, at 0, 10, ... 100 % busy");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: power, watts: [1, 2, 3, 4, 5, 4, 7, 8, 9, 10, 11]}}\n"),
            "p.yaml:2: host type 'a': falls from 5 to 4 W; a busier host draws no less");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: power, watts full: 12, watts: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}}\n"),
            "p.yaml:2: host type 'a': the list 'watts' says it already; remove one of them");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: spot, usd per hour: 1, spot: {usd per hour: 1}}}\n"),
            "p.yaml:2: host type 'a': stands beside the price of an on-demand host, and this one is spot");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: on-demand, usd per hour: 1, reserved: {1y: 0.5, hosts: 3}}}\n"),
            "p.yaml:2: reserved of host type 'a': are at no 'term'; add the one they are committed for, as in term: 1y");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: on-demand, usd per hour: 1, reserved: {1y: 0.5, hosts: 3, term: 3y}}}\n"),
            "p.yaml:2: reserved of host type 'a': has no price; add 3y: its USD per hour");
  EXPECT_EQ(error_of("prices:\n  hosts: {a: {price: on-demand, usd per hour: 1, cpu: 4 cores}}\n"), "p.yaml:2: host type 'a' has no key 'memory'");
  EXPECT_EQ(error_of("price: 1\n"), "p.yaml:1: unknown key 'price' in a price book; did you mean 'prices'?");
}

}  // namespace
}  // namespace headroom::cost
