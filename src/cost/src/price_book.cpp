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

config::Format<Term> term_format() {
  std::vector<std::pair<std::string, Term>> words;
  for (Term t : kAllTerms) words.emplace_back(name(t), t);
  return config::one_of<Term>(std::move(words));
}

void read_size(config::Section& s, HostTypePrice& type) {
  if (!s.has("cpu") && !s.has("memory")) return;
  Resources size;
  s.required("cpu", size[Resource::kCpu], config::amount(Resource::kCpu));
  s.required("memory", size[Resource::kMemory], config::amount(Resource::kMemory));
  type.size = size;
}

void read_held(config::Section& s, HostTypePrice& type) {
  std::int64_t hosts = 0;
  std::optional<Term> term;
  s.optional("hosts", hosts, config::integer(0, 1'000'000));
  s.optional("term", term, term_format());
  if (hosts == 0) return;
  if (!term) return s.reject("hosts", "are at no 'term'; add the one they are committed for, as in term: 1y");
  const auto price = type.committed(*term);
  if (!price) return s.reject("term", fmt::format("has no price; add {}: its USD per hour", name(*term)));
  type.held = {static_cast<std::size_t>(hosts), *price};
}

// What the type costs when it is rented otherwise than on demand.
void read_other_ways(config::Section& s, HostTypePrice& type) {
  for (const char* key : {"reserved", "spot"})
    if (s.has(key) && type.price.price_class != PriceClass::kOnDemand)
      s.reject(key, fmt::format("stands beside the price of an on-demand host, and this one is {}", name(type.price.price_class)));
  if (auto reserved = s.optional_section("reserved")) {
    for (Term t : kAllTerms)
      reserved->optional(name(t), type.committed_usd_per_hour[static_cast<std::size_t>(t)], config::usd_per_hour());
    read_held(*reserved, type);
  }
  if (auto spot = s.optional_section("spot")) {
    spot->required("usd per hour", type.spot_usd_per_hour, config::usd_per_hour());
    spot->optional("interruptions per day", type.spot_interruptions_per_day, config::number(config::between(0, 1000)));
  }
}

void read_rates(config::Section& s, Prices& p) {
  s.optional("energy", p.usd_per_kwh, usd("USD/kWh", 100));
  s.optional("interruption", p.usd_per_interruption, usd("USD", 1e6));
  s.optional("interruption takes", p.interrupted_for, config::duration());
  if (auto unmet = s.optional_section("unmet demand"))
    for (Resource r : kAllResources) unmet->optional(name(r), p.usd_per_short_vm_hour[index(r)], usd("USD/h", 1e6));
  if (auto migration = s.optional_section("migration")) {
    migration->optional("gib", p.usd_per_gib_moved, usd("USD", 1000));
    migration->optional("slow-down", p.migration_slowdown, config::percent(config::between(0, 1)));
  }
  if (auto start = s.optional_section("host start")) {
    start->optional("wear", p.usd_per_host_start, usd("USD", 1e6));
    start->optional("takes", p.host_start_takes, config::duration());
    start->optional("stop takes", p.host_stop_takes, config::duration());
  }
}

}  // namespace

std::string_view name(Term term) {
  constexpr std::array<std::string_view, kAllTerms.size()> kNames{"1y", "1y partial upfront", "1y all upfront",
                                                                  "3y", "3y partial upfront", "3y all upfront"};
  return kNames[static_cast<std::size_t>(term)];
}

std::optional<Term> parse_term(std::string_view text) {
  for (Term t : kAllTerms)
    if (name(t) == text) return t;
  return std::nullopt;
}

AllocationPrice read_allocation_price(config::Section& s) {
  AllocationPrice price;
  s.optional("vcpu", price.usd_per_vcpu_hour, usd("USD/h", 1000));
  s.optional("gib", price.usd_per_gib_hour, usd("USD/h", 1000));
  s.optional("disk mbps", price.usd_per_disk_mbps_hour, usd("USD/h", 1000));
  s.optional("network mbps", price.usd_per_network_mbps_hour, usd("USD/h", 1000));
  return price;
}

Result<HostTypePrice> PriceBook::price_of(std::string_view host_type) const {
  if (const auto found = host_types.find(host_type); found != host_types.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [type, price] : host_types) known.push_back(type);
  return fail(ErrorCode::kNotFound, fmt::format("no price for host type {}{}", config::in_quotes(host_type),
                                                config::did_you_mean(host_type, known)));
}

Reservations PriceBook::reservations() const {
  Reservations all;
  for (const auto& [type, price] : host_types)
    if (price.held.hosts > 0) all[type] = price.held;
  return all;
}

Result<PriceBook> read_prices(config::Document& document) {
  PriceBook book;
  config::Section top = document.root("a price book");
  config::Section prices = top.section("prices");
  if (auto allocation = prices.optional_section("allocation")) book.allocation = read_allocation_price(*allocation);
  read_rates(prices, book.prices);
  for (auto& [type, section] : prices.named_sections("hosts", "host type")) {
    HostTypePrice& one = book.host_types[type];
    one.price = read_host_price(section);
    read_size(section, one);
    read_other_ways(section, one);
  }
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
