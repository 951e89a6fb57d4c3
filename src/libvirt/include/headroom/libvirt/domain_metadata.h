// Our elements in the <metadata> of domains, over a connection of one's own: policies for whoever edits them, claims for whoever acts.
// What is written is read back: a return code alone proves nothing.
//
// Where it is written: to the running domain, and to its persistent definition where there is one, so that a policy outlives a
// restart of the VM and goes along when it migrates.
//
// Threads: belongs to one thread, whose calls may block; run it in a host's worker. Errors: kUnreachable, kNotFound for a domain that is
// not there, kRefused when libvirt says no, kInvalid for an element that cannot be read, kFailed when what was written does not stand.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "headroom/libvirt/claim.h"
#include "headroom/libvirt/vm_policy.h"

struct _virConnect;  // libvirt's

namespace headroom::libvirt {

class DomainMetadata final : public ClaimStore {
 public:
  static Result<std::unique_ptr<DomainMetadata>> open(const std::string& uri);
  // Over a connection that somebody has; it is kept open for as long as this lives.
  static std::unique_ptr<DomainMetadata> over(_virConnect* connection);
  ~DomainMetadata() override;

  // VMs by UUID.
  Result<std::optional<Claim>> read(const std::string& vm) override;
  Result<void> write(const std::string& vm, const Claim& claim) override;
  Result<void> remove_claim(const std::string& vm);

  Result<VmPolicy> policy(const std::string& vm);
  Result<void> set_policy(const std::string& vm, const VmPolicy& policy);  // a default one removes the element

 private:
  struct Inside;
  explicit DomainMetadata(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace headroom::libvirt
