// A change of a VM's own policy (vm_policy.h), as people write it: on a command line, or in a request. What is not given stays as it is.
//
//   const auto stands = change_policy(*metadata, uuid, {.level = "observe", .floor = "cpu=1vCPU,memory=2GiB"});
//
// Errors: kInvalid, a sentence that begins with what is wrong: "floor: 'cpu' is not of the form RESOURCE=AMOUNT; ..."; and
// those of the metadata.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "headroom/libvirt/domain_metadata.h"
#include "headroom/libvirt/vm_policy.h"

namespace headroom::libvirt {

struct PolicyChange {
  bool clear = false;                              // the policy it has is forgotten first, also one that cannot be read
  std::optional<std::string> level{};              // observe, recommend, auto, or fleet: as the fleet is
  std::optional<std::string> floor{}, ceiling{};   // "cpu=1vCPU,memory=2GiB"; of a resource that is not named it stays; none: no bound at all
  std::optional<std::string> moves{};              // yes, no

  bool empty() const { return !clear && !level && !floor && !ceiling && !moves; }
};

// "level auto, floor cpu=1vCPU", for the log.
std::string in_words(const PolicyChange& change);

// Pure and thread-safe.
Result<VmPolicy> changed(VmPolicy policy, const PolicyChange& change);

// Of a VM by its UUID, in its metadata; what stands then. `wanted` is asked right before it is written: no longer, and it is kUnreachable
// and nothing is changed. Threads: the metadata's own; may block for as long as the host likes.
Result<VmPolicy> change_policy(DomainMetadata& metadata, const std::string& vm, const PolicyChange& change,
                               const std::function<bool()>& wanted = {});

}  // namespace headroom::libvirt
