#include "headroom/cost/price_book.h"

#include <fmt/format.h>

#include <vector>

#include "headroom/config/format.h"
#include "headroom/config/nearest.h"

namespace headroom::cost {
namespace {

// Prices are typed by hand; a bound catches a misplaced decimal point before it steers a fleet.
config::Format<double> usd(std::string unit, double most) {
  return config::number_in(std::move(unit), config::between(0, most));
}

config::Format<PriceClass> class_format() {
  std::vector<std::pair<std::string, PriceClass>> words;
  for (auto c : {PriceClass::kReserved, PriceClass::kOnDemand, PriceClass::kSpot, PriceClass::kPower})
    words.emplace_back(name(c), c);
  return config::one_of<PriceClass>(std::move(words));
}

}  // namespace

AllocationPrice read_allocation_price(config::Section& s) {
  AllocationPrice price;
  s.optional("vcpu", price.usd_per_vcpu_hour, usd("USD/h", 1000));
  s.optional("gib", price.usd_per_gib_hour, usd("USD/h", 1000));
  s.optional("disk mbps", price.usd_per_disk_mbps_hour, usd("USD/h", 1000));
  s.optional("network mbps", price.usd_per_network_mbps_hour, usd("USD/h", 1000));
  return price;
}

HostPrice read_host_price(config::Section& s) {
  const auto watts = config::number_in("W", config::between(0, 1e5));
  HostPrice price;
  s.required("price", price.price_class, class_format());
  const bool is_power = price.price_class == PriceClass::kPower;
  if (is_power) s.optional("usd per hour", price.usd_per_hour, config::usd_per_hour());
  else s.required("usd per hour", price.usd_per_hour, config::usd_per_hour());
  if (is_power) s.required("watts idle", price.watts_idle, watts);
  else s.optional("watts idle", price.watts_idle, watts);
  price.watts_full = price.watts_idle;  // without "watts full": a flat curve
  if (is_power) s.required("watts full", price.watts_full, watts);
  else s.optional("watts full", price.watts_full, watts);
  s.optional("interruptions per day", price.interruptions_per_day, config::number(config::between(0, 1000)));
  if (price.watts_full < price.watts_idle)
    s.reject("watts full", fmt::format("draws {} W full but {} W idle; swap them", price.watts_full, price.watts_idle));
  if (price.price_class != PriceClass::kSpot && price.interruptions_per_day > 0)
    s.reject("interruptions per day",
             fmt::format("only spot hosts are interrupted, and this one is {}", name(price.price_class)));
  return price;
}

Result<HostPrice> PriceBook::price_of(std::string_view host_type) const {
  if (const auto found = host_types.find(host_type); found != host_types.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [type, price] : host_types) known.push_back(type);
  return fail(ErrorCode::kNotFound, fmt::format("no price for host type {}{}", config::in_quotes(host_type),
                                                config::did_you_mean(host_type, known)));
}

Result<PriceBook> read_prices(config::Document& document) {
  PriceBook book;
  config::Section top = document.root("a price book");
  config::Section prices = top.section("prices");
  if (auto allocation = prices.optional_section("allocation")) book.allocation = read_allocation_price(*allocation);
  prices.optional("energy", book.rates.usd_per_kwh, usd("USD/kWh", 100));
  prices.optional("interruption", book.rates.usd_per_interruption, usd("USD", 1e6));
  for (auto& [type, section] : prices.named_sections("hosts", "host type"))
    book.host_types[type] = read_host_price(section);
  if (const Result<void> good = document.finish(); !good) return tl::unexpected(good.error());
  return book;
}

Result<PriceBook> parse_prices(std::string_view text, std::string source) {
  Result<config::Document> document = config::parse(text, std::move(source));
  if (!document) return tl::unexpected(document.error());
  return read_prices(*document);
}

Result<PriceBook> load_prices(const std::string& path) {
  Result<config::Document> document = config::load(path);
  if (!document) return tl::unexpected(document.error());
  return read_prices(*document);
}

}  // namespace headroom::cost
