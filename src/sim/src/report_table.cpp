#include "headroom/sim/report_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

std::string row_name(const Report& r, bool one_policy) { return one_policy && !r.setting.empty() ? r.setting : r.policy; }

double minutes_by(const Report& r, Resource resource, bool own) {
  return (own ? r.own_limit_minutes : r.host_limit_minutes)[index(resource)];
}

std::string numbers(const Report& r) {
  return fmt::format("{:>10.0f} {:>7.2f} {:>7.0f} {:>7.0f} {:>7.0f} {:>7.0f} {:>8.2f} {:>9.2f} {:>8.2f} {:>7.3f}",
                     r.overload_vm_minutes, r.overload_share * 100, minutes_by(r, Resource::kCpu, true),
                     minutes_by(r, Resource::kMemory, true), minutes_by(r, Resource::kCpu, false),
                     minutes_by(r, Resource::kMemory, false), r.host_bill_per_day, r.bill_per_day, r.scalings_per_vm_day,
                     r.migrations_per_vm_day);
}

// Two lines: what is told, and in what unit.
std::string heading(std::size_t width) {
  constexpr auto kForm = "{:<{}} {:>10} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>9} {:>8} {:>7}\n";
  return fmt::format(kForm, "", width, "overloaded", "share", "VM", "VM", "host", "host", "hosts", "allocated", "scalings", "moves") +
         fmt::format(kForm, "", width, "VM-min", "%", "cpu", "memory", "cpu", "memory", "USD/day", "USD/day", "/VM-day", "/VM-day");
}

double worst_day(const std::vector<Report>& reports) {
  double most = 0;
  for (const Report& r : reports)
    for (double day : r.overload_by_day) most = std::max(most, day);
  return most;
}

}  // namespace

std::string bars(const std::vector<double>& values, double most) {
  constexpr std::array<const char*, 9> kBlocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  for (double v : values) {
    const double share = most > 0 ? std::clamp(v / most, 0.0, 1.0) : 0;
    // Something is never shown as nothing.
    text += kBlocks[static_cast<std::size_t>(std::ceil(share * (kBlocks.size() - 1)))];
  }
  return text;
}

std::string report_table(const std::vector<Report>& reports) {
  const bool one_policy = reports.size() > 1 && std::all_of(reports.begin(), reports.end(),
                                      [&](const Report& r) { return r.policy == reports.front().policy; });
  std::size_t width = 8, days = 0;
  for (const Report& r : reports) {
    width = std::max(width, row_name(r, one_policy).size());
    days = std::max(days, r.overload_by_day.size());
  }
  std::string text = heading(width);
  for (const Report& r : reports) text += fmt::format("{:<{}} {}\n", row_name(r, one_policy), width, numbers(r));
  const double most = worst_day(reports);
  if (days < 2 || most <= 0) return text;
  text += fmt::format("\noverloaded VM-minutes by day, to {:.0f}\n", most);
  for (const Report& r : reports)
    text += fmt::format("{:<{}} │{}│\n", row_name(r, one_policy), width, bars(r.overload_by_day, most));
  return text;
}

}  // namespace headroom
