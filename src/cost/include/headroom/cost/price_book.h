// All prices of one site, from a file (prices/default.yaml is a commented one, docs/cost.md has the keys). Hosts get theirs
// by type. Errors are kInvalid (kNotFound: no such file) and name file and line, as everywhere (config/document.h). Immutable
// once read, thread-safe.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/config/document.h"
#include "headroom/cost/allocation_price.h"
#include "headroom/cost/prices.h"

namespace headroom::cost {

// What a host is committed to: for how long, and how much of it is paid beforehand. Prices are effective ones: what is
// paid beforehand is spread over the term.
enum class Term : std::uint8_t { k1y, k1yPartial, k1yAll, k3y, k3yPartial, k3yAll };
inline constexpr std::array<Term, 6> kAllTerms{Term::k1y, Term::k1yPartial, Term::k1yAll, Term::k3y, Term::k3yPartial, Term::k3yAll};
std::string_view name(Term term);  // "1y", "1y partial upfront", "1y all upfront", ...
std::optional<Term> parse_term(std::string_view text);

struct HostTypePrice {
  HostPrice price;                                // as it is rented today
  std::optional<Resources> size;                  // CPU and memory, where the book tells them
  std::array<std::optional<double>, kAllTerms.size()> committed_usd_per_hour{};  // by term; none: not offered
  std::optional<double> spot_usd_per_hour;
  double spot_interruptions_per_day = 0;
  Reservation held;                               // committed to already

  std::optional<double> committed(Term term) const { return committed_usd_per_hour[static_cast<std::size_t>(term)]; }
  // Rented another way; nullopt: not offered so. kReserved is at the cheapest term there is.
  std::optional<HostPrice> as(PriceClass price_class) const;
};

struct PriceBook {
  AllocationPrice allocation;
  Prices prices;
  std::map<std::string, HostTypePrice, std::less<>> host_types;

  // kNotFound names the nearest known type.
  Result<HostTypePrice> price_of(std::string_view host_type) const;
  // Those held, by host type.
  Reservations reservations() const;
};

Result<PriceBook> load_prices(const std::string& path);
Result<PriceBook> parse_prices(std::string_view text, std::string source);
// From a file already loaded, with nothing yet read from it.
Result<PriceBook> read_prices(config::Document& document);
// As a file that reads back as the same book. Host types' names are taken as they are: letters, digits, ".", "_", "-".
std::string write_prices(const PriceBook& book, std::string_view comment);

// The keys of a price inside any other file (a scenario's host types), so that prices are written alike everywhere:
//   vcpu, gib, disk mbps, network mbps        USD per hour of one; absent: the default
//   price (the class), usd per hour, interruptions per day, watts idle, watts full; or watts: [at 0 %, 10 %, ... 100 %]
// Errors go to the section's document; other keys of the section are the caller's to read.
AllocationPrice read_allocation_price(config::Section& section);
HostPrice read_host_price(config::Section& section);
// Or a price that a book has: `rented` (reserved, on-demand, spot) and, where the book calls the host otherwise than `type`,
// `of type`.
HostPrice read_rented_price(config::Section& section, const PriceBook& book, std::string type);

}  // namespace headroom::cost
