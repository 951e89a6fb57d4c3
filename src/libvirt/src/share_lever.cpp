// What a domain's cgroup grants it: the quota of each vCPU, and shares among those that compete. Both are scheduler parameters.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "lever.h"
#include "parameters.h"

namespace headroom::libvirt {
namespace {

constexpr std::int64_t kUnlimited = std::int64_t{1} << 43;  // libvirt says 17592186044415 for "none"

Result<std::int64_t> parameter(virDomain* domain, const char* wanted, std::string_view what) {
  int count = 0;
  Handle<char> type(virDomainGetSchedulerType(domain, &count));
  if (!type || count <= 0) return tl::unexpected(last_error(what));
  std::vector<virTypedParameter> all(static_cast<std::size_t>(count));
  if (virDomainGetSchedulerParametersFlags(domain, all.data(), &count, VIR_DOMAIN_AFFECT_LIVE) != 0) return tl::unexpected(last_error(what));
  for (int i = 0; i < count; ++i) {
    const virTypedParameter& p = all[static_cast<std::size_t>(i)];
    if (std::strcmp(p.field, wanted) != 0) continue;
    if (p.type == VIR_TYPED_PARAM_LLONG) return p.value.l;
    if (p.type == VIR_TYPED_PARAM_ULLONG) return static_cast<std::int64_t>(p.value.ul);
  }
  return fail(ErrorCode::kRefused, fmt::format("{}: this host has none (no CPU cgroup?)", what));
}

Result<void> apply(virDomain* domain, const Parameters& p, std::string_view what) {
  if (virDomainSetSchedulerParametersFlags(domain, p.list(), p.count(), VIR_DOMAIN_AFFECT_LIVE) == 0) return {};
  return tl::unexpected(last_error(what));
}

class QuotaLever final : public Lever {
 public:
  Result<void> set(virDomain* domain, const Step& step, std::int64_t amount) const override {
    Parameters p;
    p.add_ulong(VIR_DOMAIN_SCHEDULER_VCPU_PERIOD, step.period_us);
    p.add_long(VIR_DOMAIN_SCHEDULER_VCPU_QUOTA, amount);
    return apply(domain, p, "its CPU quota");
  }
  Result<std::int64_t> read(virDomain* domain, const Step&) const override {
    return parameter(domain, VIR_DOMAIN_SCHEDULER_VCPU_QUOTA, "its CPU quota").map([](std::int64_t quota) {
      return quota <= 0 || quota > kUnlimited ? kNoQuota : quota;
    });
  }
};

class ShareLever final : public Lever {
 public:
  Result<void> set(virDomain* domain, const Step&, std::int64_t amount) const override {
    Parameters p;
    p.add_ulong(VIR_DOMAIN_SCHEDULER_CPU_SHARES, amount);
    return apply(domain, p, "its CPU shares");
  }
  Result<std::int64_t> read(virDomain* domain, const Step&) const override {
    return parameter(domain, VIR_DOMAIN_SCHEDULER_CPU_SHARES, "its CPU shares");
  }
};

}  // namespace

const Lever& quota_lever() {
  static const QuotaLever lever;
  return lever;
}
const Lever& share_lever() {
  static const ShareLever lever;
  return lever;
}

}  // namespace headroom::libvirt
