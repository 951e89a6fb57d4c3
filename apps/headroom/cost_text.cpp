#include "cost_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "table.h"

namespace headroom::cli {
namespace {

constexpr std::size_t kUnfitTold = 3;
constexpr double kUnsteady = 0.2;  // change of need between the halves of a history

using cost::Advice;
using cost::Part;

std::string usd(double amount) { return fmt::format("{:.2f}", std::abs(amount) < 0.005 ? 0 : amount); }
std::string signed_usd(double amount) { return std::abs(amount) < 0.005 ? "0.00" : fmt::format("{:+.2f}", amount); }

std::string change_of(double before, double after) {
  if (std::abs(after - before) < 0.005) return "0.00";
  const std::string share = before > 0 ? fmt::format(" ({:+.1f} %)", 100 * (after / before - 1)) : "";
  return signed_usd(after - before) + share;
}

template <class Value>
void add_row(Table& table, const std::string& label, const std::vector<BillColumn>& columns, std::size_t before, std::size_t after,
             Value&& value) {
  std::vector<std::string> row{label};
  for (const BillColumn& c : columns) row.push_back(usd(value(c)));
  row.push_back(change_of(value(columns[before]), value(columns[after])));
  table.add(std::move(row));
}

std::string date(Instant t) { return to_rfc3339(t).substr(0, 10); }
std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }
std::string between(double low, double high) { return low == high ? fmt::format("{:.0f}", low) : fmt::format("{:.0f} to {:.0f}", low, high); }

double cores(const Advice& a) { return static_cast<double>(a.offer.size.cpu().count()) / 1000; }

std::string history_text(const AdviceReport& r) {
  const cost::NeedHistory& h = r.history;
  return fmt::format("History: {} VMs, {} to {} UTC, {} of {} hours known, {:.0f} whole days; the later half needs {:+.1f} % CPU.\n",
                     r.vms, date(h.from), date(h.to), h.known_hours, h.hours, h.days, 100 * h.drift);
}

std::string types_table(const AdviceReport& r) {
  const std::string confidence = fmt::format("{:.0f} %", 100 * r.options.confidence);
  Table table({"TYPE", "ON DEMAND", "RESERVED", "BREAK-EVEN", "NEEDED", "PEAK", "RESERVE", confidence, "CORES", "NOW/MONTH", "ADVISED", "SAVING", confidence});
  for (const Advice& a : r.advice)
    table.add({a.offer.type, fmt::format("{:.4f}", a.offer.on_demand_usd_per_hour), fmt::format("{:.4f}", a.offer.reserved_usd_per_hour),
               percent(a.break_even_share), fmt::format("{:.1f}", a.mean_hosts), fmt::format("{}", a.peak_hosts), fmt::format("{}", a.hosts),
               between(a.hosts_within.low, a.hosts_within.high), fmt::format("{:.4g}", static_cast<double>(a.hosts) * cores(a)),
               usd(a.held_usd_per_month), usd(a.advised_usd_per_month), usd(a.saving_usd_per_month),
               fmt::format("{} to {}", usd(a.saving_within.low), usd(a.saving_within.high))});
  return table.text();
}

// Every host where there are few; else those about the edge, and some of the others.
std::string curve_table(const Advice& a) {
  constexpr std::size_t kRows = 16, kAboutTheEdge = 2;
  Table table({"HOST", "NEEDED IN", "ON DEMAND/MONTH", "RESERVED/MONTH", ""});
  const std::size_t count = a.needed_share.size(), stride = std::max<std::size_t>(1, (count + kRows - 1) / kRows);
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t number = n + 1, edge = number > a.hosts ? number - a.hosts : a.hosts - number;
    if (n % stride != 0 && edge > kAboutTheEdge && number != count) continue;
    table.add({fmt::format("{}", number), percent(a.needed_share[n]),
               usd(a.needed_share[n] * a.offer.on_demand_usd_per_hour * cost::kHoursPerMonth), usd(a.offer.reserved_usd_per_hour * cost::kHoursPerMonth),
               number <= a.offer.held ? "held" : number <= a.hosts ? "reserve" : ""});
  }
  return table.text();
}

std::string verdict(const AdviceReport& r) {
  const Advice& a = r.advice.front();
  const std::size_t more = a.hosts - a.offer.held;
  if (more == 0)
    return fmt::format("Reserve no {}{}: none more is needed in over {} of the hours.\n", a.offer.held > 0 ? "further " : "", a.offer.type,
                       percent(a.break_even_share));
  std::string text = fmt::format("Reserve {} {} for {}: each is needed in over {} of the hours. It saves {} USD a month ({:.0f} %: {} to {}).\n",
                                 more, a.offer.type, name(r.term), percent(a.break_even_share), usd(a.saving_usd_per_month),
                                 100 * r.options.confidence, usd(a.saving_within.low), usd(a.saving_within.high));
  if (a.saving_within.low < 0) text += "A month that costs more than before is within that; the evidence is thin.\n";
  if (std::abs(r.history.drift) > kUnsteady)
    text += "The fleet changed over this history; a commitment outlasts it by far. Ask what it will be before following this.\n";
  return text;
}

std::string assumptions(const AdviceReport& r) {
  return fmt::format(
      "Assumes: months like this history, nothing grows or shrinks; hosts of one type at a time; on-demand hosts paid only in hours that\n"
      "need them; at most {:.0f} % of a host's CPU and {:.0f} % of its memory in use; what VMs used is what they need. Prices of {}.\n"
      "Intervals: {} draws of days in blocks, seed {}.\n",
      100 * r.options.cpu_target, 100 * r.options.memory_target, r.prices, r.options.draws, r.options.seed);
}

nlohmann::json interval_json(const cost::Interval& i) { return {i.low, i.high}; }

nlohmann::json to_json(const Advice& a) {
  return {{"type", a.offer.type},
          {"on_demand_usd_per_hour", a.offer.on_demand_usd_per_hour},
          {"reserved_usd_per_hour", a.offer.reserved_usd_per_hour},
          {"break_even_share", a.break_even_share},
          {"held_hosts", a.offer.held},
          {"reserve_hosts", a.hosts},
          {"reserve_hosts_within", interval_json(a.hosts_within)},
          {"reserve_cores", static_cast<double>(a.hosts) * cores(a)},
          {"mean_hosts", a.mean_hosts},
          {"peak_hosts", a.peak_hosts},
          {"needed_share", a.needed_share},
          {"now_usd_per_month", a.held_usd_per_month},
          {"advised_usd_per_month", a.advised_usd_per_month},
          {"saving_usd_per_month", a.saving_usd_per_month},
          {"saving_usd_per_month_within", interval_json(a.saving_within)}};
}

}  // namespace

BillColumn bill_column(std::string name, const cost::Consumption& consumed, std::optional<double> allocations_usd_per_day,
                       const cost::Prices& prices) {
  BillColumn column{harmless(std::move(name)), cost::priced(consumed.times(cost::kHoursPerMonth / consumed.hours), prices), std::nullopt, consumed.hours};
  if (allocations_usd_per_day) column.allocations_usd_per_month = *allocations_usd_per_day / 24 * cost::kHoursPerMonth;
  return column;
}

std::string bill_table(const std::vector<BillColumn>& columns, std::size_t before, std::size_t after) {
  std::vector<std::string> heading{"USD A MONTH"};
  for (const BillColumn& c : columns) heading.push_back(c.name);
  heading.push_back("CHANGE");
  Table table(std::move(heading));
  const auto row = [&](const std::string& label, auto&& value) { add_row(table, label, columns, before, after, value); };
  for (Part part : cost::kAllParts) {
    if (!is_invoiced(part)) continue;
    row(std::string(name(part)), [&](const BillColumn& c) { return c.usd_per_month[part]; });
  }
  row("on the invoice", [](const BillColumn& c) { return c.usd_per_month.invoiced(); });
  for (Part part : cost::kAllParts) {
    if (is_invoiced(part)) continue;
    row(std::string(name(part)), [&](const BillColumn& c) { return c.usd_per_month[part]; });
  }
  row("total", [](const BillColumn& c) { return c.usd_per_month.total(); });
  std::string text = table.text();
  for (const BillColumn& c : columns) {
    if (!c.allocations_usd_per_month) continue;
    text += fmt::format("{}: over {:.4g} h; its VMs' allocations are {} USD a month at list price\n", c.name, c.watched_hours, usd(*c.allocations_usd_per_month));
  }
  return text;
}

nlohmann::json bill_json(const std::vector<BillColumn>& columns, std::size_t before, std::size_t after) {
  nlohmann::json list = nlohmann::json::array();
  for (const BillColumn& c : columns) {
    nlohmann::json parts;
    for (Part part : cost::kAllParts) parts[std::string(key(part))] = c.usd_per_month[part];
    nlohmann::json one{{"name", c.name}, {"watched_hours", c.watched_hours}, {"usd_per_month", std::move(parts)},
                       {"invoiced_usd_per_month", c.usd_per_month.invoiced()}, {"total_usd_per_month", c.usd_per_month.total()}};
    if (c.allocations_usd_per_month) one["allocations_usd_per_month"] = *c.allocations_usd_per_month;
    list.push_back(std::move(one));
  }
  const double was = columns[before].usd_per_month.total(), is = columns[after].usd_per_month.total();
  return {{"hours_per_month", cost::kHoursPerMonth}, {"bills", std::move(list)}, {"before", columns[before].name}, {"after", columns[after].name},
          {"change_usd_per_month", is - was}, {"change_share", was > 0 ? nlohmann::json(is / was - 1) : nlohmann::json()}};
}

std::string advice_text(const AdviceReport& r) {
  std::string text = history_text(r);
  if (!r.history.enough())
    return text + fmt::format("Not enough history for advice: {:.0f} whole days, and it takes {:.0f}. Ask again later.\n", r.history.days, cost::kLeastDays);
  text += "\n" + types_table(r);
  if (r.not_shown > 0) text += fmt::format("and {} dearer types; name some with --types\n", r.not_shown);
  for (std::size_t i = 0; i < std::min(r.unfit.size(), kUnfitTold); ++i) text += fmt::format("not {}\n", harmless(r.unfit[i]));
  if (r.unfit.size() > kUnfitTold) text += fmt::format("nor {} other types\n", r.unfit.size() - kUnfitTold);
  text += "\n" + verdict(r);
  if (const std::string curve = curve_table(r.advice.front()); r.advice.front().peak_hosts > 0) text += "\n" + curve;
  return text + "\n" + assumptions(r);
}

nlohmann::json advice_json(const AdviceReport& r) {
  nlohmann::json advice = nlohmann::json::array();
  for (const Advice& a : r.advice) advice.push_back(to_json(a));
  const cost::NeedHistory& h = r.history;
  return {{"enough_history", h.enough()},
          {"history", {{"vms", r.vms}, {"from", to_rfc3339(h.from)}, {"to", to_rfc3339(h.to)}, {"hours", h.hours}, {"known_hours", h.known_hours},
                       {"whole_days", h.days}, {"needed_days", cost::kLeastDays}, {"drift", h.drift}}},
          {"prices", r.prices},
          {"term", name(r.term)},
          {"cpu_target", r.options.cpu_target},
          {"memory_target", r.options.memory_target},
          {"confidence", r.options.confidence},
          {"draws", r.options.draws},
          {"seed", r.options.seed},
          {"advice", std::move(advice)},
          {"not_shown", r.not_shown},
          {"unfit", r.unfit}};
}

}  // namespace headroom::cli
