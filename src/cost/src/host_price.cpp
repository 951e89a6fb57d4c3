#include <fmt/format.h>

#include <algorithm>

#include "headroom/config/format.h"
#include "headroom/cost/price_book.h"

namespace headroom::cost {
namespace {

constexpr std::size_t kCurvePoints = 11;  // at 0, 10, ... 100 %, as SPECpower publishes them

config::Format<PriceClass> one_class_of(std::initializer_list<PriceClass> classes) {
  std::vector<std::pair<std::string, PriceClass>> words;
  for (PriceClass c : classes) words.emplace_back(name(c), c);
  return config::one_of<PriceClass>(std::move(words));
}

config::Format<double> watts_format() { return config::number_in("W", config::between(0, 1e5)); }

void read_line(config::Section& s, bool is_power, HostPrice& price) {
  if (is_power) s.required("watts idle", price.watts_idle, watts_format());
  else s.optional("watts idle", price.watts_idle, watts_format());
  price.watts_full = price.watts_idle;  // without "watts full": a flat line
  if (is_power) s.required("watts full", price.watts_full, watts_format());
  else s.optional("watts full", price.watts_full, watts_format());
  if (price.watts_full < price.watts_idle)
    s.reject("watts full", fmt::format("draws {} W full but {} W idle; swap them", price.watts_full, price.watts_idle));
}

void read_curve(config::Section& s, HostPrice& price) {
  std::vector<double> curve;
  s.list("watts", curve, watts_format());
  for (const char* key : {"watts idle", "watts full"})
    if (s.has(key)) return s.reject(key, "the list 'watts' says it already; remove one of them");
  if (curve.size() != kCurvePoints)
    return s.reject("watts", fmt::format("has {} values; give {}, at 0, 10, ... 100 % busy", curve.size(), kCurvePoints));
  const auto falls = std::is_sorted_until(curve.begin(), curve.end());
  if (falls != curve.end())
    return s.reject("watts", fmt::format("falls from {} to {} W; a busier host draws no less", falls[-1], *falls));
  price.watts_idle = curve.front();
  price.watts_full = curve.back();
  price.watts_curve = std::move(curve);
}

}  // namespace

HostPrice read_host_price(config::Section& s) {
  HostPrice price;
  s.required("price", price.price_class,
             one_class_of({PriceClass::kReserved, PriceClass::kOnDemand, PriceClass::kSpot, PriceClass::kPower}));
  const bool is_power = price.price_class == PriceClass::kPower;
  if (is_power) s.optional("usd per hour", price.usd_per_hour, config::usd_per_hour());
  else s.required("usd per hour", price.usd_per_hour, config::usd_per_hour());
  if (s.has("watts")) read_curve(s, price);
  else read_line(s, is_power, price);
  s.optional("interruptions per day", price.interruptions_per_day, config::number(config::between(0, 1000)));
  if (price.price_class != PriceClass::kSpot && price.interruptions_per_day > 0)
    s.reject("interruptions per day",
             fmt::format("only spot hosts are interrupted, and this one is {}", name(price.price_class)));
  return price;
}

HostPrice read_rented_price(config::Section& s, const PriceBook& book, std::string type) {
  PriceClass wanted = PriceClass::kOnDemand;
  s.required("rented", wanted, one_class_of({PriceClass::kReserved, PriceClass::kOnDemand, PriceClass::kSpot}));
  s.optional("of type", type, config::text());
  const auto known = book.price_of(type);
  if (!known) {
    s.reject(s.has("of type") ? "of type" : "rented", known.error().message);
    return {};
  }
  const auto price = known->as(wanted);
  if (!price) s.reject("rented", fmt::format("the price book does not offer {} as {}", type, name(wanted)));
  return price.value_or(HostPrice{});
}

std::optional<HostPrice> HostTypePrice::as(PriceClass price_class) const {
  if (price_class == price.price_class) return price;
  if (price.price_class != PriceClass::kOnDemand || price_class == PriceClass::kPower) return std::nullopt;
  HostPrice other = price;
  other.price_class = price_class;
  if (price_class == PriceClass::kSpot) {
    if (!spot_usd_per_hour) return std::nullopt;
    other.usd_per_hour = *spot_usd_per_hour;
    other.interruptions_per_day = spot_interruptions_per_day;
    return other;
  }
  std::optional<double> least;
  for (const auto& usd : committed_usd_per_hour)
    if (usd && (!least || *usd < *least)) least = usd;
  if (!least) return std::nullopt;
  other.usd_per_hour = *least;
  return other;
}

}  // namespace headroom::cost
