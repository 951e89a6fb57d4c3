#include "lever.h"

namespace headroom::libvirt {

const Lever& lever_of(LeverKind kind) {
  switch (kind) {
    case LeverKind::kVcpus: return vcpu_lever();
    case LeverKind::kQuota: return quota_lever();
    case LeverKind::kShares: return share_lever();
    case LeverKind::kVirtioMem: return virtio_mem_lever();
    case LeverKind::kDisk: return disk_lever();
    case LeverKind::kNetwork: return network_lever();
    case LeverKind::kBalloon: break;
  }
  return balloon_lever();
}

Result<Domain> read_domain(virDomain* domain) {
  const std::string text = taken(virDomainGetXMLDesc(domain, 0));
  if (text.empty()) return tl::unexpected(last_error("its XML"));
  return parse_domain(text);
}

}  // namespace headroom::libvirt
