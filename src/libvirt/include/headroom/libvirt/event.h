// What hosts tell by themselves between two rounds, in a queue of bounded length that libvirt's event thread writes and the
// observer empties. A queue that overflowed says so: then nothing that was remembered may be relied on.
//
// Threads: EventQueue is thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::libvirt {

enum class EventKind : std::uint8_t {
  kLifecycle,           // defined, started, suspended, resumed, stopped...: detail says which
  kMigrationIteration,  // value: passes over memory so far
  kJobCompleted,        // a migration (or a dump, a save) ended
  kBalloonChange,       // value: bytes the guest now has
  kMemoryDeviceChange,  // detail: its alias; value: bytes
  kDeviceAdded,         // detail: its alias
  kDeviceRemoved,
  kMetadataChange,      // detail: the namespace
  kConnectionClosed,    // of the host; no VM
};
std::string_view name(EventKind kind);

struct Event {
  EventKind kind = EventKind::kLifecycle;
  std::size_t host = 0;        // which URI, by its place in the list
  std::string vm, vm_name{};   // UUID and name
  std::string detail{};
  std::int64_t value = 0;
};

class EventQueue {
 public:
  explicit EventQueue(std::size_t most = 1024) : most_(most) {}

  void push(Event event);  // over the limit it is counted and dropped
  struct Drained {
    std::vector<Event> events;
    std::size_t dropped = 0;
  };
  Drained drain();

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::vector<Event> events_;
  std::size_t dropped_ = 0;
};

}  // namespace headroom::libvirt
