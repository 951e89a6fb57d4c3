#include "session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "given_constraints.h"
#include "headroom/base/clock.h"
#include "headroom/base/supervisor.h"
#include "headroom/base/whole_file.h"
#include "headroom/daemon/json.h"
#include "headroom/daemon/run.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/sim/report_table.h"
#include "start.h"
#include "ticker.h"
#include "traces.h"

namespace headroom::cli {
namespace {

// The directory of the state: the one given, or a fresh one that goes with the program.
class StateDirectory {
 public:
  static Result<StateDirectory> open(const std::filesystem::path& given) {
    if (!given.empty()) return StateDirectory(given, false);
    std::string pattern = (std::filesystem::temp_directory_path() / "headroomd-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      return fail(ErrorCode::kFailed, fmt::format("no temporary directory can be made as '{}'; give --state DIR", pattern));
    return StateDirectory(pattern, true);
  }
  StateDirectory(StateDirectory&& other) noexcept : path_(std::move(other.path_)), passing_(std::exchange(other.passing_, false)) {}
  StateDirectory& operator=(StateDirectory&&) = delete;
  ~StateDirectory() {
    std::error_code ignored;
    if (passing_) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  StateDirectory(std::filesystem::path path, bool passing) : path_(std::move(path)), passing_(passing) {}
  std::filesystem::path path_;
  bool passing_;
};

void print_end(const State& state, const std::string& url) {
  end_progress();
  fmt::print("\n{}: {} VMs, {} to {}, {} view\n\n{}", state.run->scenario, state.snapshot.vms.size(), to_rfc3339(state.run->from),
             to_rfc3339(state.snapshot.taken_at), state.run->view, report_table(state.score));
  if (!url.empty()) fmt::print("\nThe page stays up at {} until Ctrl-C.\n", url);
  std::fflush(stdout);
}

RunOptions run_options(const Options& o, const StartModel& start, HistoryStore& history, Trainer* trainer, Ticker& ticker, access::AuditLog& audit) {
  RunOptions options;
  options.version = HEADROOM_VERSION;
  options.policy = o.policy;
  options.compare = o.compare;
  options.rules = o.rules.rules();
  options.model = start.model;
  if (!start.model) options.without_model = start.note;
  options.seed = o.seed;
  options.history = &history;
  options.trainer = trainer;
  if (!o.state.empty()) {
    options.moves_file = o.state / "migrations.json";
    options.drained_file = o.state / "drained.json";
  }
  options.take = o.taken;
  options.watch = [&ticker, notes = RoundNotes(audit)](const State& state) mutable {
    ticker.tell(state);
    notes.tell(state);
  };
  return options;
}

}  // namespace

Result<void> run_session(const Options& o, const Stop& stop) {
  std::optional<WholeFile> report;
  if (!o.report.empty()) {
    auto opened = WholeFile::open(o.report);
    if (!opened) return tl::unexpected(opened.error());
    report.emplace(std::move(*opened));
  }
  auto scenario = load_scenario(o.scenario);
  if (!scenario) return tl::unexpected(scenario.error());
  if (auto good = put_constraints(o.constraints_file, *scenario); !good) return good;
  auto world = load_world(std::move(*scenario), o.traces, o.counted, *parse_view(o.view));
  if (!world) return tl::unexpected(world.error());
  const StartModel start = start_model(o, o.state, (*world)->window.begin);
  if (auto good = o.rules.fit(horizons_of((*world)->scenario, start.model.get())); !good) return good;
  auto directory = StateDirectory::open(o.state);
  if (!directory) return tl::unexpected(directory.error());
  auto history = open_rocksdb_history(directory->path() / "history");
  if (!history) return tl::unexpected(history.error());
  const SystemClock clock;
  const auto books = open_books(directory->path(), clock);
  if (!books) return tl::unexpected(books.error());
  const auto trainer = make_trainer(o, o.state, start, **history);
  Ticker ticker;
  auto run = Run::make(*world, run_options(o, start, **history, trainer.get(), ticker, *books->audit));
  if (!run) return tl::unexpected(run.error());

  if (auto noted = note_start(*books->audit, (*world)->scenario.name, o, given_files(o, {{"scenario", o.scenario}})); !noted) return noted;
  const Api api({(*run)->board(), **history, *books, [&run](bool paused) { return (*run)->set_paused(paused); }, o.page,
                 [&run](const std::string& host, bool drained) { return (*run)->set_drained(host, drained); }});
  const auto doors = open_doors(o, api, *books, clock);
  if (!doors) return tl::unexpected(doors.error());
  fmt::print("headroomd: {} VMs of '{}' under {}; {}\n", (*world)->vms.size(),
             (*world)->scenario.name, o.rules.given() ? fmt::format("{} with the rules of {}", o.policy, o.rules.name()) : o.policy,
             doors->told());
  for (const std::string& why : (*world)->left_out) fmt::print("left out: {}\n", why);
  for (const std::string& what : vain_constraints(**world)) fmt::print("constraints: {}\n", what);
  std::fflush(stdout);
  Supervisor::from_environment().tell_ready();

  auto ran = (*run)->go(stop);
  const auto last = (*run)->board().read();
  ticker.tell_end(*last);
  if (!ran) end_progress();
  if (!ran && !o.once) fmt::print(stderr, "headroomd: the replay failed: {}\n", ran.error().message);
  if (ran && !last->score.empty()) print_end(*last, o.once || stop.requested() ? "" : doors->page->url());
  if (ran && report) {
    report->write(score_json(*last).dump(1) + '\n');
    ran = report->commit();
  }
  if (!o.once) stop.wait();
  return ran;
}

}  // namespace headroom::cli
