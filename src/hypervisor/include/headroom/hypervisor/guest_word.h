// The port by which guests speak for themselves to whoever resizes them: where a hypervisor is not told by a guest what its memory is used
// for (no balloon, no statistics of it, or old ones), somebody else may be, such as a program in the guest.
//
// Threads: any, workers included. Ownership: shared with them. Errors: none; a guest that says nothing is absent.
#pragma once

#include <optional>
#include <string_view>

#include "headroom/model/guest_memory.h"

namespace headroom {

class GuestWord {
 public:
  virtual ~GuestWord() = default;
  // So fresh that memory may be taken on the strength of it; absent else.
  virtual std::optional<GuestMemory> memory(std::string_view vm_uuid) const = 0;
};

}  // namespace headroom
