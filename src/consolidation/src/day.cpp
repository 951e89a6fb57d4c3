#include "headroom/consolidation/day.h"

#include <fmt/format.h>

#include <cmath>

#include "headroom/trace/fleet.h"

namespace headroom {
namespace {

constexpr double kMillicoresPerPercent = 10;  // as a wide table is read: percent of one core

Result<DayTrace> day_of(const VmTrace& vm, const std::string& table) {
  const std::vector<float>& demand = vm.demand[index(Resource::kCpu)];
  if (demand.size() != kSamplesPerDay)
    return invalid(fmt::format("{}: VM '{}' has {} CPU samples; a day has {}, one every five minutes", table, vm.name,
                               demand.size(), kSamplesPerDay));
  DayTrace day{vm.name, {}};
  for (std::size_t i = 0; i < demand.size(); ++i) {
    const double percent = demand[i] / kMillicoresPerPercent;
    const double whole = std::round(percent);
    if (std::isnan(percent))
      return invalid(fmt::format("{}: VM '{}' has a gap at s{}; fill it or remove the VM", table, vm.name, i));
    if (whole > 100 || std::abs(percent - whole) > 1e-4)
      return invalid(fmt::format("{}: VM '{}' has {:.6g} % at s{}; the model knows whole percentages from 0 to 100", table,
                                 vm.name, percent, i));
    day.percent[i] = static_cast<std::uint8_t>(whole);
  }
  return day;
}

}  // namespace

Result<Day> read_day(const std::filesystem::path& table) {
  std::error_code ec;
  if (std::filesystem::is_directory(table, ec))
    return invalid(fmt::format("{}: is a directory; name the table of one day", table.string()));
  const auto fleet = read_fleet({table});
  if (!fleet) return tl::unexpected(fleet.error());
  Day day;
  for (const VmTrace& vm : fleet->vms) {
    auto one = day_of(vm, table.string());
    if (!one) return tl::unexpected(one.error());
    day.push_back(std::move(*one));
  }
  return day;
}

}  // namespace headroom
