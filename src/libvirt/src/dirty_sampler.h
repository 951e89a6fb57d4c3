// Samples how much of their memory guests write to, beside the rounds: QEMU takes fingerprints of some pages (512 of each GiB), waits, and
// looks which are others. Each sample has a thread and a connection of its own, so that a host that hangs, or a VM that is busy with a job,
// holds up that sample alone.
//
// Pages that were written to with what was there before do not count, which is less than a migration sends. The mode is QEMU's
// page-sampling and never dirty-bitmap, which has killed QEMU under emulation.
//
// A move and a sample are not under way together: leave() before a move begins, which itself waits until is_being_sampled() no more, since
// QEMU ends no window early.
//
// Threads: one caller; one thread a sample. Ownership: jobs may outlive the sampler.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "connection.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom/libvirt/dirty_book.h"
#include "worker.h"

namespace headroom::libvirt {

// Bytes written to within a window, by the rate that libvirt tells in whole MiB/s, rounded down: the most that it can have been, or over
// ten seconds nothing would seem to happen in a guest that is merely calm. What a shorter window showed is in a longer one as well.
Bytes dirtied_within(Duration window, std::int64_t mib_per_second, Bytes in_shorter);

// What QEMU says of any sample, whoever began it. False where it does not tell.
bool is_being_sampled(virDomain* domain);

class DirtySampler {
 public:
  DirtySampler(DirtySampling how, KeepAlive keep_alive, std::shared_ptr<const Clock> clock);
  ~DirtySampler();
  DirtySampler(const DirtySampler&) = delete;
  DirtySampler& operator=(const DirtySampler&) = delete;

  struct Candidate {
    DirtyBook::Candidate who;
    std::string uri;  // of its host
  };
  // Takes in what is there, and begins the next. VMs that an action is about are no candidates.
  void round(const std::vector<Candidate>& candidates);
  // No further window of this VM is begun; what was found so far is forgotten.
  void leave(const std::string& vm);
  std::vector<DirtiedMemory> of(const std::string& vm) const;

 private:
  struct Found {
    std::string vm;
    std::vector<DirtiedMemory> samples;
  };
  struct Desk {  // shared with the jobs
    std::mutex mutex;
    std::vector<Found> found;
  };
  struct Job {
    std::string vm;
    std::shared_ptr<Stop> left;  // shared with it
    std::unique_ptr<Worker> worker;
  };
  void take_in();

  const DirtySampling how_;
  const KeepAlive keep_alive_;
  const std::shared_ptr<const Clock> clock_;
  DirtyBook book_;
  std::shared_ptr<Desk> desk_;
  std::vector<Job> jobs_;
};

}  // namespace headroom::libvirt
