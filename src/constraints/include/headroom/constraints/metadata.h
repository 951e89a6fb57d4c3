// Affinity groups that VMs carry with them: in the metadata of a libvirt domain, or as tags of another manager.
//
// In libvirt, an element of our namespace under <metadata> (virsh metadata, virDomainSetMetadata):
//
//   <headroom:placement xmlns:headroom="urn:headroom:placement:1">
//     <headroom:group>shop</headroom:group>      it moves as one with all others of group "shop"
//     <headroom:apart>shop-db</headroom:apart>   never on one host with another of apart group "shop-db"
//     <headroom:tag>tier:web</headroom:tag>      for constraints that select by tag
//   </headroom:placement>
//
// As tags: affinity:NAME, anti-affinity:NAME, and the plb_affinity_NAME and plb_anti_affinity_NAME that Proxmox fleets use.
//
// Pure and thread-safe. Nothing is fetched and no entity is expanded, whatever the text says.
#pragma once

#include <string_view>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/model/vm.h"
#include "headroom/xml/document.h"

namespace headroom::constraints {

inline constexpr std::string_view kMetadataNamespace = "urn:headroom:placement:1";
inline constexpr std::size_t kMostMetadataBytes = 1 << 20;

struct Membership {  // each ascending and unique (equipment.h)
  Names groups, apart_groups, tags;

  bool operator==(const Membership&) const = default;
};

// From the XML of a whole domain, of its <metadata>, or of our element alone. Other namespaces are passed over, and so are
// unknown elements of ours from a later version. kInvalid: it is no XML, it is too large, it declares a document type, or a
// name is empty, longer than kLongestName bytes or one of more than kMostNames.
Result<Membership> parse_metadata(std::string_view xml);
// The same of a document that is parsed already.
Result<Membership> read_metadata(const xml::Element& top);

// All tags are kept as tags; those of the forms above are groups as well.
Membership from_tags(const std::vector<std::string>& tags);

// Adds what is known of it to a VM.
void join(const Membership& membership, Vm& vm);

}  // namespace headroom::constraints
