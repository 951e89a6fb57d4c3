// A domain's balloon: the guest hands pages back, or takes them again, at its own pace, and need not do either.
#include "lever.h"

namespace headroom::libvirt {
namespace {

class BalloonLever final : public Lever {
 public:
  Result<void> set(virDomain* domain, const Step&, std::int64_t amount) const override {
    if (virDomainSetMemoryFlags(domain, static_cast<unsigned long>(amount / 1024), VIR_DOMAIN_AFFECT_LIVE) == 0) return {};
    return tl::unexpected(last_error("its balloon"));
  }
  Result<std::int64_t> read(virDomain* domain, const Step&) const override {
    return read_domain(domain).map([](const Domain& d) { return d.current_memory.count(); });
  }
};

}  // namespace

const Lever& balloon_lever() {
  static const BalloonLever lever;
  return lever;
}

}  // namespace headroom::libvirt
