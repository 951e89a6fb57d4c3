// Headroom's policy of one VM, carried in the domain's <metadata>, so that it moves with the VM and is edited with virsh:
//
//   <headroom:policy xmlns:headroom="urn:headroom:policy:1">
//     <headroom:level>auto</headroom:level>                 observe, recommend or auto; the lowest of this, the fleet's and the rule's holds
//     <headroom:floor cpu="1 vCPU" memory="2 GiB"/>         never less; also disk and network
//     <headroom:ceiling cpu="8 vCPU" memory="32 GiB"/>      never more
//     <headroom:moves>no</headroom:moves>                   it stays on its host
//   </headroom:policy>
//
// Groups and tags are in an element of their own (constraints/metadata.h), and so is the claim (claim.h): libvirt replaces
// metadata by namespace, so that who writes one cannot lose the others.
//
// Pure and thread-safe. Errors: kInvalid, a sentence that begins with "metadata: ". Unknown elements are passed over.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/model/vm.h"
#include "headroom/xml/document.h"

namespace headroom::libvirt {

inline constexpr std::string_view kPolicyNamespace = "urn:headroom:policy:1";

struct VmPolicy {
  std::optional<AutomationLevel> level;
  std::array<std::optional<std::int64_t>, kResourceCount> floor{}, ceiling{};  // base units
  bool may_move = true;

  bool operator==(const VmPolicy&) const = default;
};

// From a domain, its metadata, or the element alone. Of several elements the first counts.
Result<VmPolicy> read_policy(const xml::Element& top);
Result<VmPolicy> parse_policy(std::string_view xml);
// The element, for libvirt to put in place of what is there.
std::string to_xml(const VmPolicy& policy);

}  // namespace headroom::libvirt
