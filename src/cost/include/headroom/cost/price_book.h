// All prices of one site, from a file (prices/default.yaml is a commented one). Hosts get theirs by type.
// Errors are kInvalid (kNotFound: no such file) and name file and line, as everywhere (config/document.h). Immutable
// once read, thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/config/document.h"
#include "headroom/cost/allocation_price.h"
#include "headroom/cost/host_price.h"

namespace headroom::cost {

struct PriceBook {
  AllocationPrice allocation;
  HostRates rates;
  std::map<std::string, HostPrice, std::less<>> host_types;

  // kNotFound names the nearest known type.
  Result<HostPrice> price_of(std::string_view host_type) const;
};

Result<PriceBook> load_prices(const std::string& path);
Result<PriceBook> parse_prices(std::string_view text, std::string source);
// From a file already loaded, with nothing yet read from it.
Result<PriceBook> read_prices(config::Document& document);

// The keys of a price inside any other file (a scenario's host types), so that prices are written alike everywhere:
//   vcpu, gib, disk mbps, network mbps        USD per hour of one; absent: the default
//   price (the class), usd per hour, watts idle, watts full, interruptions per day
// Errors go to the section's document; other keys of the section are the caller's to read.
AllocationPrice read_allocation_price(config::Section& section);
HostPrice read_host_price(config::Section& section);

}  // namespace headroom::cost
