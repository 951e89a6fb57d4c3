#include "headroom/libvirt/domain_metadata.h"

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "handles.h"

namespace headroom::libvirt {
namespace {

constexpr const char* kPrefix = "headroom";

unsigned where(virDomain* domain) {
  unsigned flags = 0;
  if (virDomainIsActive(domain) == 1) flags |= VIR_DOMAIN_AFFECT_LIVE;
  if (virDomainIsPersistent(domain) == 1) flags |= VIR_DOMAIN_AFFECT_CONFIG;
  return flags;
}

Result<std::optional<std::string>> element(virDomain* domain, std::string_view name_space) {
  const std::string found = taken(virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, std::string(name_space).c_str(),
                                                       VIR_DOMAIN_AFFECT_CURRENT));
  if (!found.empty()) return found;
  Error error = last_error("metadata");
  if (error.code == ErrorCode::kNotFound && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN_METADATA) return std::optional<std::string>();
  return tl::unexpected(std::move(error));
}

// nullptr removes it.
Result<void> set_element(virDomain* domain, std::string_view name_space, const char* xml) {
  if (virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, xml, xml == nullptr ? nullptr : kPrefix, std::string(name_space).c_str(),
                           where(domain)) == 0)
    return {};
  return tl::unexpected(last_error("metadata"));
}

}  // namespace

struct DomainMetadata::Inside {
  Handle<virConnect> connection;

  Result<Handle<virDomain>> find(const std::string& vm) const {
    Handle<virDomain> domain(virDomainLookupByUUIDString(connection.get(), vm.c_str()));
    if (!domain) return tl::unexpected(last_error("VM " + vm));
    return domain;
  }
};

DomainMetadata::DomainMetadata(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
DomainMetadata::~DomainMetadata() = default;

Result<std::unique_ptr<DomainMetadata>> DomainMetadata::open(const std::string& uri) {
  start_libvirt();
  Handle<virConnect> connection(virConnectOpen(uri.c_str()));
  if (!connection) return tl::unexpected(Error{ErrorCode::kUnreachable, last_error(uri).message});
  return std::unique_ptr<DomainMetadata>(new DomainMetadata(std::unique_ptr<Inside>(new Inside{std::move(connection)})));
}

std::unique_ptr<DomainMetadata> DomainMetadata::over(_virConnect* connection) {
  virConnectRef(connection);
  return std::unique_ptr<DomainMetadata>(new DomainMetadata(std::unique_ptr<Inside>(new Inside{Handle<virConnect>(connection)})));
}

Result<std::optional<Claim>> DomainMetadata::read(const std::string& vm) {
  const auto domain = inside_->find(vm);
  if (!domain) return tl::unexpected(domain.error());
  const auto found = element(domain->get(), kClaimNamespace);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::optional<Claim>();
  auto claim = parse_claim(**found);
  if (!claim) return tl::unexpected(claim.error());
  return std::optional(std::move(*claim));
}

Result<void> DomainMetadata::write(const std::string& vm, const Claim& claim) {
  const auto domain = inside_->find(vm);
  if (!domain) return tl::unexpected(domain.error());
  return set_element(domain->get(), kClaimNamespace, to_xml(claim).c_str());
}

Result<void> DomainMetadata::remove_claim(const std::string& vm) {
  const auto domain = inside_->find(vm);
  if (!domain) return tl::unexpected(domain.error());
  return set_element(domain->get(), kClaimNamespace, nullptr);
}

Result<VmPolicy> DomainMetadata::policy(const std::string& vm) {
  const auto domain = inside_->find(vm);
  if (!domain) return tl::unexpected(domain.error());
  const auto found = element(domain->get(), kPolicyNamespace);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return VmPolicy{};
  return parse_policy(**found);
}

Result<void> DomainMetadata::set_policy(const std::string& vm, const VmPolicy& policy) {
  const auto domain = inside_->find(vm);
  if (!domain) return tl::unexpected(domain.error());
  const std::string xml = to_xml(policy);
  if (auto set = set_element(domain->get(), kPolicyNamespace, policy == VmPolicy{} ? nullptr : xml.c_str()); !set) return set;
  const auto stands = this->policy(vm);
  if (!stands) return tl::unexpected(stands.error());
  if (!(*stands == policy)) return fail(ErrorCode::kFailed, fmt::format("VM {}: the policy that was written is not the one that stands", vm));
  return {};
}

}  // namespace headroom::libvirt
