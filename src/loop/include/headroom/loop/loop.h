// One round of Headroom's work: collect, remember, forecast, decide, check, act. The daemon runs it on a real clock and
// a real hypervisor, the simulator on a manual one and a simulated pool; there is no second version of it.
//
//   collect   inventory and samples from the hypervisor; samples go to the history store and the forecaster
//   forecast  every VM, every horizon
//   decide    make_plan(snapshot, policy), then check_plan: a plan with a breach is not carried out, and that is reported
//   act       the actuator starts what safety allows
//
// Between two rounds moves of the plan may be due that had to wait (MoveSchedule):
//
//   while (auto at = loop.next_look(); at && *at < next_round) wait until then; loop.look(*at);
//
// Threads: one caller. Ownership: borrows its ports; they outlive it. Errors: run_round() and look() fail when the hypervisor does
// not answer; nothing is decided then. A history store that does not take its samples stops nothing: what it said is among
// the round's troubles.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headroom/actuator/actuator.h"
#include "headroom/forecast/forecaster.h"
#include "headroom/history/store.h"
#include "headroom/hypervisor/hypervisor.h"
#include "headroom/loop/move_queue.h"
#include "headroom/loop/warm_start.h"
#include "headroom/planner/make_plan.h"
#include "headroom/planner/memory.h"
#include "headroom/planner/move_memory.h"

namespace headroom {

struct LoopPorts {
  Hypervisor& hypervisor;
  Forecaster& forecaster;
  Actuator& actuator;
  HistoryStore* history = nullptr;  // none: nothing is kept (sweeps)
};

struct Round {
  Plan plan;
  std::vector<std::string> breaches;  // what the checker found; not empty: nothing was started
  std::vector<Verdict> verdicts;      // one per action of the plan (and per undo before them)
  std::vector<Verdict> since;         // of moves that had waited for their turn, begun or not between the last round and this one
  std::vector<Ended> ended;           // actions that ended since the last round
  std::vector<std::string> troubles;  // what went wrong without stopping the round, a sentence each
  std::optional<std::string> alarm;   // why the hypervisor begins nothing any more
  std::vector<UnheardHost> unheard;   // hosts that have never answered
  double decision_seconds = 0;        // planning and checking
  double forecast_seconds = 0;
};

class Loop {
 public:
  Loop(LoopPorts ports, Policy policy, Duration step);

  Result<Round> run_round(Instant now);
  // When a move of the newest plan may be due, at the earliest; nullopt: none waits.
  std::optional<Instant> next_look() const { return queue_.next_look(looked_at_); }
  // Begins those that are.
  Result<void> look(Instant now);

  // Before the first round: from then on a VM's past is taken up from the history store in the round that sees it first.
  // forecast_step: the forecaster's, which need not be that of the rounds.
  void warm_start(Duration forecast_step, WarmSpan span = {});
  // What ended before the first round: Actuator::recover() says. The next round tells it.
  void take_in(std::vector<Ended> ended);
  // What an earlier process began, by its journal, before the first round: how long VMs are left in peace after a change goes by it, and a
  // host that was being emptied goes on to be. So far back it is of use.
  void remember(const std::vector<JournalRecord>& begun);
  Duration memory() const;

  // Hosts to be left, by name, and since when a person wants that: from the next look on nobody goes there, and the planner moves away
  // who is there. A name that no host has counts as soon as one has it.
  void set_drained(std::map<std::string, Instant> hosts) { drained_ = std::move(hosts); }

  // What is under way, as of the last round or look.
  std::vector<UnderWay> under_way() const { return ports_.actuator.under_way(); }
  // What the last round saw; valid until the next.
  const Snapshot& snapshot() const { return snapshot_; }
  const Policy& policy() const { return policy_; }
  // What finished migrations have taught; it may be replaced by what an earlier process had learnt, before the first round.
  const MoveMemory& moves() const { return moves_; }
  void set_moves(MoveMemory moves) { moves_ = std::move(moves); }
  // And of hosts that come later (MoveMemory::add).
  void add_moves(const std::map<std::pair<HostId, HostId>, MoveError>& pairs) { moves_.add(pairs); }

 private:
  Result<void> collect(Instant now, std::vector<HistorySample>& kept, Round& round);
  void keep(const std::vector<HistorySample>& samples, std::vector<std::string>& troubles);
  void mark_drained(std::vector<Host>& hosts) const;
  void leave_out_lost(std::vector<std::string>& troubles);
  void take_in_flight();
  void forecast(Instant now);
  void act(Instant now, Round& round);
  void note_started(const std::vector<Verdict>& verdicts, Instant now);
  void note_touched(const Action& action, Instant at);

  struct Touched {
    std::array<std::optional<Instant>, kResourceCount> resized_at{};
    std::optional<Instant> moved_at;
  };

  LoopPorts ports_;
  Policy policy_;
  std::optional<WarmStart> warm_start_;
  MemoryKeeper memory_;
  MoveMemory moves_;
  MoveQueue queue_;
  Instant looked_at_{};
  std::vector<Verdict> since_;        // for the next round to tell
  std::vector<Ended> ended_;
  Snapshot snapshot_;
  std::vector<Forecast> forecasts_;
  std::map<VmId, Touched> touched_;
  std::map<HostId, std::vector<float>> recent_cpu_;
  std::map<std::string, Instant> drained_;
};

}  // namespace headroom
