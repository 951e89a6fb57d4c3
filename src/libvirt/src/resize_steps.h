// What a new allocation comes to on a domain: which levers are pulled, from where to where. A pure function of the domain's XML.
//
// CPU is given in whole vCPUs as far as they go: ceil(cores) of them, and a quota for what is less than that, which is also how a VM
// shrinks whose vCPUs cannot be taken away. Where operators gave shares, these follow the allocation. Memory is a virtio-mem device's
// where there is one, as far as that goes, and else the balloon's. Disks share a new limit as they share the present one, and so
// do NICs; where one of them has none there is nothing to change.
//
// Units of a step: whole vCPUs; microseconds of a period (kNoQuota: none); shares; bytes, of a disk and of a NIC per second. Errors: kRefused, with the reason.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/libvirt/domain.h"
#include "headroom/model/plan.h"

namespace headroom::libvirt {

enum class LeverKind : std::uint8_t { kVcpus, kQuota, kShares, kBalloon, kVirtioMem, kDisk, kNetwork };
std::string_view name(LeverKind kind);

inline constexpr std::int64_t kNoQuota = -1;

struct Step {
  LeverKind lever = LeverKind::kVcpus;
  std::int64_t former = 0, wanted = 0;
  std::int64_t slack = 0;       // so far off it still counts as done
  std::string device{};         // alias of a memory device; target of a disk; MAC of a NIC
  std::string field{};          // of a disk and of a NIC: which of its limits, in libvirt's word
  std::int64_t period_us = 0;   // of a quota

  bool reached(std::int64_t amount) const;
};

// In the order in which they are pulled; undone, the other way round. Empty: it is so already.
Result<std::vector<Step>> steps_to(const Domain& now, const Resources& before, const Resources& after);

// Refuses what the scaling judgement (scaling.h) does not allow in that direction.
Result<void> may_resize(const Domain& now, const Resources& before, const Resources& after, bool guest_speaks = false);

}  // namespace headroom::libvirt
