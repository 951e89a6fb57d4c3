#include "headroom/hypervisor/hypervisor.h"

namespace headroom {

std::string_view name(ActionState state) {
  switch (state) {
    case ActionState::kRunning: return "running";
    case ActionState::kDone: return "done";
    case ActionState::kFailed: return "failed";
    case ActionState::kCancelled: return "cancelled";
  }
  return "";
}

}  // namespace headroom
