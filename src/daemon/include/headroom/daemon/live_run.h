// A real fleet, watched and kept ahead of its load: the same Loop that replays run, on a real clock and whatever hypervisor there is.
// After every round it puts a State up on the board.
//
//   auto run = LiveRun::make(fleet, {pool, journal, clock, wait_until}, options);
//   doors open on run->board() ...
//   run->go();                           // recovers, then rounds until wait_until() says that it is over
//
// A round comes every `fleet.every`, on whole multiples of it; between two rounds the hosts are looked at every `fleet.poll`, and when a
// move that waited may be due. One in which no host answers is told on the board, and the next one comes all the same: nothing
// acts on old news meanwhile (SafetyLimits).
//
// Who cannot wait for the next round may ask for one: it comes at once, or a sixth of `fleet.every` after the last, whichever is later.
//
// A restart: the journal's unfinished actions are taken up before anything is planned, a pause holds on, and what migrations have
// taught is gone on from. Nothing that was begun is begun again.
//
// Threads: go() in one; board(), set_paused(), set_drained(), look_soon() and round_soon() from any. Ownership: borrows the ports, the history store and the trainer. Errors:
// make(): kInvalid for a policy that a live fleet cannot have, a damaged list of drained hosts, horizons that cannot be forecast, or rules that name others. go(): the
// journal cannot be read. What goes wrong later is told by the board and ends nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "headroom/base/clock.h"
#include "headroom/daemon/board.h"
#include "headroom/daemon/drain_book.h"
#include "headroom/daemon/model_watch.h"
#include "headroom/daemon/move_keeper.h"
#include "headroom/daemon/news.h"
#include "headroom/daemon/round_gate.h"
#include "headroom/fleet/live_fleet.h"

namespace headroom {

struct LivePorts {
  Hypervisor& hypervisor;
  Journal& journal;
  const Clock& clock;
  std::function<bool(Instant)> wait_until;        // false: the end is asked for
  std::function<void()> wake{};                   // ends that wait early, or the next; from any thread. None: it lasts as long as it lasts
  std::function<std::optional<Instant>()> due{};  // the hypervisor wants to be asked about its actions then; none: at the next look
};

struct LiveOptions {
  std::string version;
  std::string policy = "headroom";
  std::shared_ptr<const GlobalModel> model;       // none: a simple forecaster instead
  std::string without_model;                      // why there is none; a sentence for the status
  TrialRules trial;                               // of newly trained models
  Trainer* trainer = nullptr;                     // trains that model again meanwhile. None: it stays as it is
  HistoryStore* history = nullptr;                // takes the samples
  std::filesystem::path moves_file;               // where what migrations taught is kept (move_file.h); empty: nowhere
  std::filesystem::path drained_file;             // where drained hosts are kept (drain_book.h); empty: nowhere
  std::function<void(const State&)> watch;        // after each round, on go()'s thread
};

class LiveRun {
 public:
  static Result<std::unique_ptr<LiveRun>> make(LiveFleet fleet, LivePorts ports, LiveOptions options);
  ~LiveRun();

  Result<void> go();
  const Board& board() const;
  // Stops acting, or acts again; observing, forecasting and planning go on. It outlives a restart. kRefused once the run is over;
  // kFailed when the journal does not take it, and then it holds in this process only.
  Result<void> set_paused(bool paused);
  // Has a host left by its VMs, or takes it into use again, from the next round on; likewise. kNotFound for a host that is not there.
  Result<void> set_drained(const std::string& host, bool drained);
  // How actions are getting on may have changed; what was measured may call for an action.
  void look_soon();
  void round_soon();

 private:
  struct Inside;
  explicit LiveRun(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace headroom
