// vCPUs of a running domain. Under emulation libvirt's own count is not believed alone: QEMU never reports there that a vCPU is gone, so
// that the count stays too high, and a later request for as many returns success and does nothing. A vCPU whose thread does not exist
// has run for no time. (With KVM the count is right, and one that is new and idle may not have run for a tick.)
#include <algorithm>
#include <vector>

#include "lever.h"

namespace headroom::libvirt {
namespace {

class VcpuLever final : public Lever {
 public:
  Result<void> set(virDomain* domain, const Step&, std::int64_t amount) const override {
    if (virDomainSetVcpusFlags(domain, static_cast<unsigned>(amount), VIR_DOMAIN_AFFECT_LIVE) == 0) return {};
    return tl::unexpected(last_error("its vCPUs"));
  }

  Result<std::int64_t> read(virDomain* domain, const Step&) const override {
    const int count = virDomainGetVcpusFlags(domain, VIR_DOMAIN_AFFECT_LIVE);
    if (count < 0) return tl::unexpected(last_error("its vCPUs"));
    const auto now = read_domain(domain);
    if (!now) return tl::unexpected(now.error());
    if (now->type != "qemu") return count;
    std::vector<virVcpuInfo> all(static_cast<std::size_t>(count));
    const int told = virDomainGetVcpus(domain, all.data(), count, nullptr, 0);
    if (told < 0) return count;  // a driver that tells no more
    return std::count_if(all.begin(), all.begin() + told, [](const virVcpuInfo& v) { return v.state != VIR_VCPU_OFFLINE && v.cpuTime > 0; });
  }
};

}  // namespace

const Lever& vcpu_lever() {
  static const VcpuLever lever;
  return lever;
}

}  // namespace headroom::libvirt
