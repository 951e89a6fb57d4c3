// A virtio-mem device: the guest plugs and unplugs blocks of it until it has what is requested; <current> says how far it is.
#include <fmt/format.h>

#include <algorithm>

#include "lever.h"

namespace headroom::libvirt {
namespace {

class VirtioMemLever final : public Lever {
 public:
  Result<void> set(virDomain* domain, const Step& step, std::int64_t amount) const override {
    const std::string device = with_requested(taken(virDomainGetXMLDesc(domain, 0)), step.device, amount);
    if (device.empty()) return fail(ErrorCode::kNotFound, fmt::format("it has no memory device {} any more", step.device));
    if (virDomainUpdateDeviceFlags(domain, device.c_str(), VIR_DOMAIN_AFFECT_LIVE) == 0) return {};
    return tl::unexpected(last_error("its memory device " + step.device));
  }
  Result<std::int64_t> read(virDomain* domain, const Step& step) const override {
    const auto now = read_domain(domain);
    if (!now) return tl::unexpected(now.error());
    for (const MemoryDevice& m : now->memory_devices)
      if (m.alias == step.device) return m.current.count();
    return fail(ErrorCode::kNotFound, fmt::format("it has no memory device {} any more", step.device));
  }
};

}  // namespace

// libvirt wants the whole device back, with nothing else changed in it: its own words are the surest.
std::string with_requested(const std::string& xml, const std::string& alias, std::int64_t bytes) {
  constexpr std::string_view kBegin = "<memory model=", kEnd = "</memory>", kRequested = "<requested", kRequestedEnd = "</requested>";
  for (std::size_t at = xml.find(kBegin); at != std::string::npos; at = xml.find(kBegin, at + 1)) {
    const std::size_t end = xml.find(kEnd, at);
    if (end == std::string::npos) return {};
    std::string device = xml.substr(at, end + kEnd.size() - at);
    if (device.find("<alias name='" + alias + "'/>") == std::string::npos) continue;
    const std::size_t from = device.find(kRequested), to = device.find(kRequestedEnd);
    if (from == std::string::npos || to == std::string::npos || to < from) return {};
    device.replace(from, to + kRequestedEnd.size() - from, fmt::format("<requested unit='KiB'>{}</requested>", bytes / 1024));
    return device;
  }
  return {};
}

const Lever& virtio_mem_lever() {
  static const VirtioMemLever lever;
  return lever;
}

}  // namespace headroom::libvirt
