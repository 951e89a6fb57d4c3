// A disk's limit of bytes per second: of all, or of reads and writes. libvirt takes the two of a pair for unset unless both are given,
// so that the other one is sent along as it is.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "lever.h"
#include "parameters.h"

namespace headroom::libvirt {
namespace {

constexpr std::array kPair{VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC, VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC};

Result<std::int64_t> limit(virDomain* domain, const std::string& disk, const std::string& field) {
  int count = 0;
  if (virDomainGetBlockIoTune(domain, disk.c_str(), nullptr, &count, VIR_DOMAIN_AFFECT_LIVE) != 0)
    return tl::unexpected(last_error("limits of its disk " + disk));
  std::vector<virTypedParameter> all(static_cast<std::size_t>(count));
  if (virDomainGetBlockIoTune(domain, disk.c_str(), all.data(), &count, VIR_DOMAIN_AFFECT_LIVE) != 0)
    return tl::unexpected(last_error("limits of its disk " + disk));
  std::optional<std::int64_t> found;
  for (virTypedParameter& p : all)
    if (field == p.field && p.type == VIR_TYPED_PARAM_ULLONG) found = static_cast<std::int64_t>(p.value.ul);
  virTypedParamsClear(all.data(), count);
  if (found) return *found;
  return fail(ErrorCode::kRefused, fmt::format("its disk {} knows no {}", disk, field));
}

class DiskLever final : public Lever {
 public:
  Result<void> set(virDomain* domain, const Step& step, std::int64_t amount) const override {
    Parameters p;
    p.add_ulong(step.field.c_str(), amount);
    for (const char* other : kPair) {
      if (step.field == VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC || step.field == other) continue;
      const auto now = limit(domain, step.device, other);
      if (!now) return tl::unexpected(now.error());
      p.add_ulong(other, *now);
    }
    if (virDomainSetBlockIoTune(domain, step.device.c_str(), p.list(), p.count(), VIR_DOMAIN_AFFECT_LIVE) == 0) return {};
    return tl::unexpected(last_error("limits of its disk " + step.device));
  }
  Result<std::int64_t> read(virDomain* domain, const Step& step) const override { return limit(domain, step.device, step.field); }
};

}  // namespace

const Lever& disk_lever() {
  static const DiskLever lever;
  return lever;
}

}  // namespace headroom::libvirt
