// vCPUs of a running domain. Under emulation libvirt's own count is not believed alone: QEMU never reports there that a vCPU is gone, so
// that the count stays too high, and a later request for as many returns success and does nothing. A vCPU whose thread does not exist
// tells of no time (stats.h). With KVM the count is right.
#include "lever.h"
#include "records.h"

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
    const Records records = statistics_of(domain, VIR_DOMAIN_STATS_VCPU);
    if (!records || *records == nullptr) return tl::unexpected(last_error("its vCPUs"));
    return vcpus_with_a_thread(read_stats(fields_of(**records)));
  }
};

}  // namespace

const Lever& vcpu_lever() {
  static const VcpuLever lever;
  return lever;
}

}  // namespace headroom::libvirt
