// Reports on their way into the history: each once, and acknowledged when it is durable.
//
// A report is one of a run of its VM's agent (run_id), numbered upwards. What the history has is kept in the VM's mark there, written
// with the samples it is about: so a report that comes again after a crash of either side is known to be there.
//
//   auto run = intake.resume(vm, run_id, now);                // at Hello
//   if (intake.take(run, sequence, sample)) ...              // false: it came before, and is acknowledged again
//   for (const auto& run : *intake.commit()) ack(run->vm_uuid, run->durable);
//
// Threads: one caller at a time. Memory: a run for each VM that is connected or has reports waiting; `most_waiting` reports. Errors:
// those of the store; what waits goes on waiting then, and nothing more is taken once it is full.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "headroom/history/store.h"

namespace headroom::ingest {

struct AgentRun {
  std::string vm_uuid, run_id;
  std::uint64_t received = 0, durable = 0;   // the highest sequence of each
  Instant last_at;                           // of the newest sample that was taken
  bool waits = false;                        // it has something for the next commit
};

class Intake {
 public:
  Intake(HistoryStore& store, std::size_t most_waiting) : store_(store), most_waiting_(most_waiting) {}

  Result<std::shared_ptr<AgentRun>> resume(const std::string& vm_uuid, const std::string& run_id);
  // When a sample of the run that ended at `at`, by what the clocks say, is to be put: after all that came before it, and not ahead of us.
  static Instant place(const AgentRun& run, Instant at, Instant now);
  // `sample`: none where a report told nothing that can be kept. It must have been placed.
  bool take(const std::shared_ptr<AgentRun>& run, std::uint64_t sequence, const std::optional<Sample>& sample);
  bool full() const { return waiting_.size() >= most_waiting_; }
  bool anything() const { return !touched_.empty() || !owed_.empty(); }
  // Those for which there is something to acknowledge.
  Result<std::vector<std::shared_ptr<AgentRun>>> commit();
  // Its connection is over. What waits is committed all the same.
  void leave(std::shared_ptr<AgentRun> run);

 private:
  HistoryStore& store_;
  std::size_t most_waiting_;
  std::unordered_map<std::string, std::shared_ptr<AgentRun>> runs_;
  std::vector<std::shared_ptr<AgentRun>> touched_, owed_;   // owed_: durable since a resume(), and not acknowledged yet
  struct Waiting {
    std::shared_ptr<AgentRun> run;
    Sample sample;
  };
  std::vector<Waiting> waiting_;
};

}  // namespace headroom::ingest
