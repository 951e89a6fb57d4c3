// The levers of a running domain: one amount each, set and read back. A return code proves nothing (a vCPU that a guest never gave
// back, a balloon that never moved), so that what counts is what read() says afterwards.
//
// One file for each lever. Threads: the domain's; calls block as long as the host likes. Errors: those of libvirt (handles.h).
#pragma once

#include "handles.h"
#include "resize_steps.h"

namespace headroom::libvirt {

class Lever {
 public:
  virtual ~Lever() = default;
  virtual Result<void> set(virDomain* domain, const Step& step, std::int64_t amount) const = 0;
  // What is in force now, in the step's unit.
  virtual Result<std::int64_t> read(virDomain* domain, const Step& step) const = 0;
};

const Lever& vcpu_lever();
const Lever& quota_lever();
const Lever& share_lever();
const Lever& balloon_lever();
const Lever& virtio_mem_lever();
const Lever& disk_lever();
const Lever& network_lever();

const Lever& lever_of(LeverKind kind);

// The domain as it is now.
Result<Domain> read_domain(virDomain* domain);

// The <memory> device of this alias out of a domain's XML, with another <requested>; empty when there is none.
std::string with_requested(const std::string& domain_xml, const std::string& alias, std::int64_t bytes);

}  // namespace headroom::libvirt
