// Published price lists as price books. Two formats (docs/cost.md has their columns and origins):
//   aws  EC2: instance_type, vcpu, memory_gib, ondemand_usd_h, res1y_noup_usd_h ... res3y_allup_usd_h (effective, per hour)
//   gcp  Compute Engine: machine_type, vcpu, memory_gb, shared_cpu, ondemand_usd_h, spot_usd_h, commit1y_usd_month,
//        commit3y_usd_month (a month of 730 h)
// Columns are found by name, others are ignored; an empty price is one that is not offered. Host types become on-demand
// ones with their size and what else they are offered at; the rest of the book keeps its defaults. No list tells how often
// spot hosts are interrupted, nor watts: that is the site's to fill in.
//
// Pure but for the stream. Errors: kInvalid, the first wrong line with file, line and mend. Bounds: 20,000 types, 64 KiB a row.
#pragma once

#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/cost/price_book.h"

namespace headroom::cost {

enum class PriceList : std::uint8_t { kAws, kGcp };
std::optional<PriceList> parse_price_list(std::string_view text);  // "aws", "gcp"

struct Imported {
  PriceBook book;
  // Rows left out: those without a price on demand, and those whose vCPUs are a share of one, which is no host.
  std::size_t not_on_demand = 0, shared = 0;
};

// `source` stands in messages where the file's name would.
Result<Imported> import_prices(std::istream& in, PriceList list, std::string source);

}  // namespace headroom::cost
