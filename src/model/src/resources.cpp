#include "headroom/model/resources.h"

#include <fmt/format.h>

namespace headroom {

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
    case Resource::kCpu: return fmt::format("{:.3g} cores", amount / 1000);
    case Resource::kMemory:
      if (amount < 1024.0 * 1024 * 1024) return fmt::format("{:.0f} MiB", amount / (1024.0 * 1024));
      return fmt::format("{:.3g} GiB", amount / (1024.0 * 1024 * 1024));
    case Resource::kDisk:
    case Resource::kNetwork:
      if (amount < 1e6) return fmt::format("{:.3g} kB/s", amount / 1e3);
      return fmt::format("{:.3g} MB/s", amount / 1e6);
  }
  return {};
}

}  // namespace headroom
