// Bills and advice for people, and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "headroom/cost/bill.h"
#include "headroom/cost/price_book.h"
#include "headroom/cost/reservation_advice.h"

namespace headroom::cli {

// A fleet under one policy, or as it is now.
struct BillColumn {
  std::string name;
  cost::Bill usd_per_month;
  std::optional<double> allocations_usd_per_month;  // what its VMs' allocations come to at list price
  double watched_hours = 0;
};
BillColumn bill_column(std::string name, const cost::Consumption& consumed, std::optional<double> allocations_usd_per_day,
                       const cost::Prices& prices);

// The change is from `before` to `after`, columns by number.
std::string bill_table(const std::vector<BillColumn>& columns, std::size_t before, std::size_t after);
nlohmann::json bill_json(const std::vector<BillColumn>& columns, std::size_t before, std::size_t after);

// All that was worked out for `headroom cost advise`.
struct AdviceReport {
  cost::NeedHistory history;
  std::size_t vms = 0;
  cost::AdviceOptions options;
  std::string prices;                          // the book's file
  cost::Term term = cost::Term::k1y;
  std::vector<cost::Advice> advice;            // the cheapest first; empty where there is not enough history
  std::size_t not_shown = 0;                   // dearer types
  std::vector<std::string> unfit;              // types that cannot be advised on, each with its reason
};
std::string advice_text(const AdviceReport& report);
nlohmann::json advice_json(const AdviceReport& report);

}  // namespace headroom::cli
