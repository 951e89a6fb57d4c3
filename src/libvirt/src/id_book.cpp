#include "headroom/libvirt/id_book.h"

namespace headroom::libvirt {

Result<HostId> MemoryIdBook::host(const std::string& uuid) {
  return hosts_.try_emplace(uuid, HostId(static_cast<std::uint32_t>(hosts_.size()))).first->second;
}

Result<VmId> MemoryIdBook::vm(const std::string& uuid) {
  return vms_.try_emplace(uuid, VmId(static_cast<std::uint32_t>(vms_.size()))).first->second;
}

}  // namespace headroom::libvirt
