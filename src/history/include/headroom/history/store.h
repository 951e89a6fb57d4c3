// Where samples are kept. A port with two adapters: RocksDB (compressed chunks) and memory (tests, replays). The key is
// the VM's UUID, so that neither a rename nor a new id after a restart loses its past.
//
// Normal, not errors: gaps; samples that come late or twice (the last one given for an instant wins); clock steps back
// or forward; VMs never seen before. Values survive to 1/1000 of a base unit (cpu: 1/1000 millicore) and stalled to 1/1000.
//
// Threads: append and read may come from different threads. Ownership: the store owns its files; one process at a time.
// Errors: kInvalid for a sample that is not finite, negative or before 1970 (nothing of that call is stored);
// kFailed when the disk fails or a chunk is damaged (the message names the VM and the time; other chunks stay readable;
// append keeps all but the late samples that belong to the damaged chunk, and says how many those are); kRefused when the
// store can take no further VM (nothing of that call is stored).
// Durability: what was appended is safe once sync() returned. Samples and marks of one call are there together or not at all,
// whatever crashes when: who receives samples keeps in a VM's mark how far it got, and can then tell what it has already.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/model/sample.h"

namespace headroom {

struct HistorySample {
  std::string_view vm_uuid;  // 1 to 255 bytes
  Sample sample;
};

// A word of its writer's own beside a VM's samples; the newest counts, and it goes with the last of them.
struct HistoryMark {
  std::string_view vm_uuid;  // 1 to 255 bytes
  std::string_view value;    // up to 255 bytes
};

class HistoryStore {
 public:
  virtual ~HistoryStore() = default;

  virtual Result<void> append(std::span<const HistorySample> samples, std::span<const HistoryMark> marks) = 0;
  Result<void> append(std::span<const HistorySample> samples) { return append(samples, {}); }
  virtual Result<void> sync() = 0;
  // Samples of one VM in [from, to), ascending by time, each instant once. Empty when there are none.
  virtual Result<std::vector<Sample>> read(std::string_view vm_uuid, Instant from, Instant to) = 0;
  // Empty when there is none.
  virtual Result<std::string> mark(std::string_view vm_uuid) = 0;
  // Every VM that has samples, ascending.
  virtual Result<std::vector<std::string>> vms() = 0;
  // Forgets samples before `before`; may keep up to one chunk more. Returns how many chunks or samples went.
  virtual Result<std::size_t> drop_before(Instant before) = 0;
};

}  // namespace headroom
