#include "headroom/libvirt/event.h"

#include <utility>

namespace headroom::libvirt {

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::kLifecycle: return "lifecycle";
    case EventKind::kMigrationIteration: return "migration-iteration";
    case EventKind::kJobCompleted: return "job-completed";
    case EventKind::kBalloonChange: return "balloon-change";
    case EventKind::kMemoryDeviceChange: return "memory-device-change";
    case EventKind::kDeviceAdded: return "device-added";
    case EventKind::kDeviceRemoved: return "device-removed";
    case EventKind::kMetadataChange: return "metadata-change";
    case EventKind::kConnectionClosed: return "connection-closed";
  }
  return "";
}

void EventQueue::push(Event event) {
  const std::lock_guard lock(mutex_);
  if (events_.size() >= most_) ++dropped_;
  else events_.push_back(std::move(event));
}

EventQueue::Drained EventQueue::drain() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(events_, {}), std::exchange(dropped_, 0)};
}

}  // namespace headroom::libvirt
