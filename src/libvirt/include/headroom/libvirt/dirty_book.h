// Whose memory is sampled when, and what came of it: how much of it a guest writes to, from which the planner tells how long a move takes
// (Vm::dirtied). No libvirt and no thread here: the same calls give the same answers.
//
// Each VM is sampled once in a while, the one that waited longest first, evenly spread: with n VMs one begins every `every / n` at the
// earliest, one a round, never more than `at_once` at a time and one a host. Where that is not enough, `every` becomes longer.
//
// Threads: one caller at a time. Size: one small entry a VM.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/model/vm.h"

namespace headroom::libvirt {

struct DirtySampling {
  Duration every = std::chrono::minutes(30);  // each VM; 0: never
  // Whole seconds, 1 to 60. Of one window alone a migration's course does not follow (migration/dirty_curve.h).
  std::vector<Duration> windows{std::chrono::seconds(1), std::chrono::seconds(10)};
  std::size_t at_once = 2;
  Duration good_for = std::chrono::hours(3);  // what is older says nothing
  Bytes least = 256_MiB;                      // QEMU leaves pieces of memory under 128 MiB out
};

class DirtyBook {
 public:
  struct Candidate {
    std::string vm;  // UUID
    HostId host;
  };

  explicit DirtyBook(DirtySampling how) : how_(std::move(how)) {}

  // Whose turn it is: it is under way from now on, until end(). Absent: nobody's.
  std::optional<Candidate> begin(const std::vector<Candidate>& all, Instant now);
  // What was found; empty: nothing, and the former samples stand.
  void end(const std::string& vm, std::vector<DirtiedMemory> found);

  std::vector<DirtiedMemory> of(const std::string& vm, Instant now) const;

 private:
  struct Entry {
    std::optional<Instant> begun_at;
    std::optional<HostId> under_way_on;
    std::vector<DirtiedMemory> samples;
  };
  bool is_old(const Entry& entry, Instant now) const;
  void forget_others(const std::vector<Candidate>& all, Instant now);
  bool is_time(std::size_t candidates, Instant now) const;

  DirtySampling how_;
  std::map<std::string, Entry> entries_;
  std::optional<Instant> last_begun_;
};

}  // namespace headroom::libvirt
