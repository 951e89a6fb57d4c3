#include "headroom/model/resources.h"

#include <fmt/format.h>

namespace headroom {
namespace {

// Three significant digits; "2500" rather than "2.5e+03" for what real hosts have.
std::string digits(double value) {
  return value >= 999.5 && value < 1e6 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

}  // namespace

std::string_view name(Resource r) {
  constexpr std::array<std::string_view, kResourceCount> kNames{"cpu", "memory", "disk", "network"};
  return kNames[index(r)];
}

std::optional<Resource> parse_resource(std::string_view text) {
  for (Resource r : kAllResources)
    if (text == name(r)) return r;
  if (text == "mem") return Resource::kMemory;
  if (text == "net") return Resource::kNetwork;
  return std::nullopt;
}

std::string to_text(Resource r, double amount) {
  switch (r) {
    case Resource::kCpu: return digits(amount / 1000) + " cores";
    case Resource::kMemory:
      if (amount < 1024.0 * 1024 * 1024) return fmt::format("{:.0f} MiB", amount / (1024.0 * 1024));
      return digits(amount / (1024.0 * 1024 * 1024)) + " GiB";
    case Resource::kDisk:
    case Resource::kNetwork:
      if (amount < 1e6) return digits(amount / 1e3) + " kB/s";
      return digits(amount / 1e6) + " MB/s";
  }
  return {};
}

std::string without_shared_unit(std::string first, std::string_view second) {
  const auto unit = first.rfind(' ');
  if (unit != std::string::npos && second.ends_with(first.substr(unit))) first.resize(unit);
  return first;
}

}  // namespace headroom
