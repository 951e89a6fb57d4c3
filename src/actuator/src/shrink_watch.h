// Watches VMs whose memory was shrunk until a sample taken wholly after the shrink shows no stall; a stall seen
// before that asks for the memory back. Used memory is not needed memory: only what follows a shrink tells whether
// it was right.
#pragma once

#include <unordered_map>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom {

class ShrinkWatch {
 public:
  // An action that ended well; ignored unless it shrank memory.
  void ended(const Action& action, Instant at);
  // The growths to begin now, ascending VM id. VMs seen calm, grown meanwhile, gone, or shrunk longer than `window` ago
  // are no longer watched. What is returned stays watched: if the growth fails, it is due again.
  std::vector<Action> due(const Snapshot& snapshot, Duration window);

 private:
  struct Watched {
    Bytes former;      // allocation before the shrink
    Instant shrunk_at;
  };
  std::unordered_map<VmId, Watched> watched_;
};

}  // namespace headroom
