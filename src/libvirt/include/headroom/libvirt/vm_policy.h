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
  using Bounds = std::array<std::optional<std::int64_t>, kResourceCount>;  // base units

  std::optional<AutomationLevel> level;
  Bounds floor{}, ceiling{};
  bool may_move = true;

  bool operator==(const VmPolicy&) const = default;
};

// From a domain or its metadata, by the namespace. Of several elements the first counts; without one it is a default policy.
Result<VmPolicy> read_policy(const xml::Element& top);
// The element alone, as libvirt hands it out and takes it: without its namespace.
Result<VmPolicy> parse_policy(std::string_view xml);
std::string to_xml(const VmPolicy& policy);
// "level observe, floor of cpu 1 cores, stays on its host"; empty for one that says nothing.
std::string in_words(const VmPolicy& policy);
// The first resource of which no amount could be right.
std::optional<Resource> floor_over_ceiling(const VmPolicy& policy);

}  // namespace headroom::libvirt
