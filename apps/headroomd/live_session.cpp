#include "live_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "agents.h"
#include "headroom/actuator/sqlite_journal.h"
#include "headroom/base/clock.h"
#include "headroom/base/descriptor.h"
#include "headroom/base/supervisor.h"
#include "headroom/constraints/file.h"
#include "headroom/daemon/agent_word.h"
#include "headroom/daemon/live_run.h"
#include "headroom/daemon/policy_notes.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/libvirt/policy_desk.h"
#include "headroom/libvirt/state_book.h"
#include "shipped.h"
#include "start.h"
#include "ticker.h"

namespace headroom::cli {
namespace {

// Everything that has to outlive a restart: which actions are under way, who we are, what was measured, what migrations taught, who may
// talk to us and who did.
struct LiveState {
  std::filesystem::path directory;
  access::Books books;
  std::unique_ptr<libvirt::StateBook> book;
  std::unique_ptr<SqliteJournal> journal;
  std::unique_ptr<HistoryStore> history;

  static Result<LiveState> open(const std::filesystem::path& given, const Clock& clock) {
    LiveState state;
    state.directory = given.empty() ? default_state() : given;
    std::error_code error;
    if (std::filesystem::create_directories(state.directory, error))  // what is in it is ours alone
      std::filesystem::permissions(state.directory, std::filesystem::perms::owner_all, error);
    if (error || ::access(state.directory.c_str(), W_OK) != 0)
      return fail(ErrorCode::kFailed, fmt::format("the state of a live fleet has to outlive a restart, and '{}' cannot be written: {}; give --state DIR",
                                                  state.directory.string(), error ? error.message() : "permission denied"));
    auto books = open_books(state.directory, clock);
    if (!books) return tl::unexpected(books.error());
    state.books = std::move(*books);
    auto book = libvirt::StateBook::open((state.directory / "libvirt.db").string());
    if (!book) return tl::unexpected(book.error());
    state.book = std::move(*book);
    auto journal = SqliteJournal::open((state.directory / "journal.db").string());
    if (!journal) return tl::unexpected(journal.error());
    state.journal = std::move(*journal);
    auto history = open_rocksdb_history(state.directory / "history");
    if (!history) return tl::unexpected(history.error());
    state.history = std::move(*history);
    return state;
  }
};

// What is given on the command line stands for what the file says.
Result<LiveFleet> fleet_of(const Options& o) {
  auto fleet = load_live_fleet(o.fleet);
  if (!fleet) return fleet;
  if (o.constraints_file) {
    auto read = constraints::load_constraints(o.constraints_file->string());
    if (!read) return tl::unexpected(read.error());
    fleet->constraints = std::move(*read);
  }
  if (o.rules.given()) {
    fleet->rules = o.rules.rules();
    fleet->rules_file = o.rules_file->string();
  }
  return fleet;
}

// What hears of each round.
struct Listeners {
  LiveTicker& ticker;
  libvirt::PolicyDesk& policies;
  Agents* agents;                      // none: none are listened to
};

LiveOptions live_options(const Options& o, const LiveState& state, const StartModel& start, Trainer* trainer, const libvirt::LibvirtPool& pool,
                         const Listeners& listeners) {
  LiveOptions options;
  options.version = HEADROOM_VERSION;
  options.policy = o.policy;
  options.model = start.model;
  if (!start.model) options.without_model = start.note;
  options.trainer = trainer;
  options.history = state.history.get();
  options.moves_file = state.directory / "migrations.json";
  options.drained_file = state.directory / "drained.json";
  if (listeners.agents != nullptr) options.history = &listeners.agents->loops_history();
  access::AuditLog& audit = *state.books.audit;
  options.watch = [listeners, &pool, notes = RoundNotes(audit), policy_notes = PolicyNotes(audit), supervisor = Supervisor::from_environment()](const State& s) mutable {
    listeners.ticker.tell(s);
    notes.tell(s);
    listeners.policies.look(pool.last_round().seen);
    policy_notes.look(pool.last_round().seen, s.snapshot.taken_at);
    if (listeners.agents != nullptr) listeners.agents->after_round(s.snapshot);
    supervisor.tell_alive();
  };
  return options;
}

// A clock that is set back does not hold the next round up for longer than a look takes to come.
std::function<bool(Instant)> waiter(const Stop& stop, const Clock& clock, Duration at_most) {
  return [&stop, &clock, at_most](Instant until) { return !stop.wait_for(std::clamp(until - clock.now(), Duration(0), at_most)); };
}

}  // namespace

Result<void> run_live_session(const Options& o, const Stop& stop) {
  const std::size_t descriptors = raise_descriptor_limit();
  const auto fleet = fleet_of(o);
  if (!fleet) return tl::unexpected(fleet.error());
  const auto clock = std::make_shared<SystemClock>();
  const auto state = LiveState::open(o.state, *clock);
  if (!state) return tl::unexpected(state.error());
  const StartModel start = start_model(o, state->directory, clock->now());
  if (o.retrain_every && start.model && start.model->info().step != fleet->step)
    return invalid(fmt::format("--retrain: the model has steps of {} and the fleet of {}; it can be trained only on a fleet of its own step",
                               to_text(start.model->info().step), to_text(fleet->step)));
  const auto trainer = make_trainer(o, state->directory, start, *state->history);
  const auto board = std::make_shared<ingest::AgentBoard>();
  libvirt::PoolOptions pool_options = fleet->pool;
  if (fleet->agents) pool_options.observer.guests = std::make_shared<AgentWord>(board, clock);
  libvirt::PolicyDesk policies({.keep_alive_every = pool_options.observer.keep_alive_every, .keep_alive_probes = pool_options.observer.keep_alive_probes}, clock);
  libvirt::LibvirtPool pool(fleet->uris, std::move(pool_options), clock, *state->book, state->book->claim(), state->book.get());
  std::unique_ptr<Agents> agents;
  if (fleet->agents) {
    auto opened = Agents::open(*fleet->agents, state->directory, {*board, pool, *state->history, *state->books.audit, *clock});
    if (!opened) return tl::unexpected(opened.error());
    agents = std::move(*opened);
  }
  LiveTicker ticker;
  LivePorts ports{agents ? static_cast<Hypervisor&>(agents->pool()) : pool, *state->journal, *clock, waiter(stop, *clock, fleet->poll)};
  ports.wake = [&stop] { stop.nudge(); };
  if (agents) ports.due = [&agents] { return agents->pool().next_due(); };
  auto run = LiveRun::make(*fleet, ports, live_options(o, *state, start, trainer.get(), pool, {ticker, policies, agents.get()}));
  if (!run) return tl::unexpected(run.error());
  std::shared_ptr<ingest::Ingest> ingest;   // ends before the run
  if (agents) {
    auto begun = agents->begin(static_cast<std::uint64_t>(state->book->claim().epoch), descriptors, **run);
    if (!begun) return tl::unexpected(begun.error());
    ingest = std::move(*begun);
  }

  if (auto noted = note_start(*state->books.audit, fleet->name, o, given_files(o, {{"fleet", o.fleet}, {"rules of the fleet", fleet->rules_file}})); !noted) return noted;
  const Api api({(*run)->board(), *state->history, state->books, [&run](bool paused) { return (*run)->set_paused(paused); }, o.page,
                 [&run](const std::string& host, bool drained) { return (*run)->set_drained(host, drained); }, agents ? &agents->desk() : nullptr, &policies});
  const auto doors = open_doors(o, api, state->books, *clock);
  if (!doors) return tl::unexpected(doors.error());
  fmt::print("headroomd: fleet '{}' of {} host{}, level {}, under {}, a round every {}; {}, state in {}\n",
             fleet->name, fleet->uris.size(), fleet->uris.size() == 1 ? "" : "s", name(fleet->limits.level), o.policy, to_text(fleet->every),
             doors->told(), state->directory.string());
  std::fflush(stdout);
  const Supervisor supervisor = Supervisor::from_environment();
  supervisor.tell_ready();
  auto ran = (*run)->go();
  supervisor.tell_stopping();
  ticker.tell_end(*(*run)->board().read());
  return ran;
}

}  // namespace headroom::cli
