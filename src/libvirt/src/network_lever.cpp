// A NIC's limit of one way, in bytes per second. libvirt takes what is not said of a way for unset: what it may exceed the limit by
// (peak) and for how much (burst), and what it is promised (floor), are sent along, the peak as far above the limit as it was.
//
// The host's kernel has to know how (sfq inwards, police outwards); where it does not, the call fails and nothing has changed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "lever.h"
#include "parameters.h"

namespace headroom::libvirt {
namespace {

constexpr std::int64_t kKibibyte = 1024, kMostKib = 4'294'967'295;

std::string what(const Step& step) { return fmt::format("the {} limit of its NIC {}", step.field, step.device); }

// In KiB and KiB per second, as libvirt counts: "inbound.average", "inbound.peak"...
Result<std::map<std::string, std::int64_t>> all_limits(virDomain* domain, const Step& step) {
  int count = 0;
  if (virDomainGetInterfaceParameters(domain, step.device.c_str(), nullptr, &count, VIR_DOMAIN_AFFECT_LIVE) != 0)
    return tl::unexpected(last_error(what(step)));
  std::vector<virTypedParameter> list(static_cast<std::size_t>(count));
  if (virDomainGetInterfaceParameters(domain, step.device.c_str(), list.data(), &count, VIR_DOMAIN_AFFECT_LIVE) != 0)
    return tl::unexpected(last_error(what(step)));
  std::map<std::string, std::int64_t> all;
  for (int i = 0; i < count; ++i)
    if (const auto& p = list[static_cast<std::size_t>(i)]; p.type == VIR_TYPED_PARAM_UINT) all[p.field] = p.value.ui;
  return all;
}

class NetworkLever final : public Lever {
 public:
  Result<void> set(virDomain* domain, const Step& step, std::int64_t amount) const override {
    auto now = all_limits(domain, step);
    if (!now) return tl::unexpected(now.error());
    const std::string average = step.field + ".average", peak = step.field + ".peak";
    const std::int64_t kib = std::clamp<std::int64_t>(amount / kKibibyte, 1, kMostKib);
    if ((*now)[peak] > 0) (*now)[peak] = std::clamp<std::int64_t>(kib + (*now)[peak] - (*now)[average], kib, kMostKib);
    (*now)[average] = kib;
    Parameters p;
    for (const auto& [field, value] : *now)
      if (field.starts_with(step.field + ".") && value > 0) p.add_uint(field.c_str(), value);
    if (virDomainSetInterfaceParameters(domain, step.device.c_str(), p.list(), p.count(), VIR_DOMAIN_AFFECT_LIVE) == 0) return {};
    return tl::unexpected(last_error(what(step) + " cannot be set by its host"));
  }

  Result<std::int64_t> read(virDomain* domain, const Step& step) const override {
    return all_limits(domain, step).map([&](auto all) { return kKibibyte * all[step.field + ".average"]; });
  }
};

}  // namespace

const Lever& network_lever() {
  static const NetworkLever lever;
  return lever;
}

}  // namespace headroom::libvirt
