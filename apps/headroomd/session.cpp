#include "session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "given_constraints.h"
#include "headroom/daemon/json.h"
#include "headroom/daemon/run.h"
#include "headroom/daemon/start_model.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/sim/report_table.h"
#include "output_file.h"
#include "shipped.h"
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

std::string overloads(const State& state) {
  std::string text;
  for (auto r = state.score.rbegin(); r != state.score.rend(); ++r)  // the shown policy first: a narrow terminal cuts the rest
    text += fmt::format("{}{} {:.0f}", text.empty() ? "" : ", ", r->policy, r->overload_vm_minutes);
  return text;
}

// How far the replay is: on a terminal one line that overwrites itself, else a line a day. And what goes wrong meanwhile,
// once while it stays the same, and what became of each training.
class Ticker {
 public:
  void tell(const State& s) {
    log_trouble(s);
    log_training(s);
    log_models(s);
    const std::string now = to_rfc3339(s.snapshot.taken_at).substr(0, 16);
    if (isatty(STDERR_FILENO)) {
      show_progress(fmt::format("{}  overloaded VM-minutes: {}", now.substr(0, 13) + "h", overloads(s)),
                    static_cast<double>(s.round) / static_cast<double>(s.run->rounds));
    } else if (now.substr(0, 10) != day_) {
      if (!day_.empty()) fmt::print(stderr, "{}  overloaded VM-minutes so far: {}\n", day_, overloads(s));
      day_ = now.substr(0, 10);
    }
  }
  // What came after the last round.
  void tell_end(const State& s) { log_training(s); }

 private:
  void log_trouble(const State& s) {
    if (s.message == trouble_) return;
    trouble_ = s.message;
    if (!trouble_.empty()) log(s, trouble_);
  }
  void log_training(const State& s) {
    if (!s.trainer || !s.trainer->last || s.trainer->last->at == trained_) return;
    trained_ = s.trainer->last->at;
    log(s, s.trainer->last->text);
  }
  // Who forecasts, and whether it still fits.
  void log_models(const State& s) {
    if (s.succession && s.succession->changed != succeeded_) {
      succeeded_ = s.succession->changed;
      log(s, s.succession->text);
    }
    if (!s.drift || s.drift->raised == drifted_) return;
    drifted_ = s.drift->raised;
    log(s, s.drift->text);
  }
  static void log(const State& s, const std::string& text) {
    end_progress();
    fmt::print(stderr, "headroomd: {}: {}\n", to_rfc3339(s.snapshot.taken_at), text);
  }

  std::string day_, trouble_;
  std::optional<Instant> trained_, succeeded_;   // the training and the change of models that were told last
  bool drifted_ = false;
};

void print_end(const State& state, const std::string& url) {
  end_progress();
  fmt::print("\n{}: {} VMs, {} to {}, {} view\n\n{}", state.run->scenario, state.snapshot.vms.size(), to_rfc3339(state.run->from),
             to_rfc3339(state.snapshot.taken_at), state.run->view, report_table(state.score));
  if (!url.empty()) fmt::print("\nThe page stays up at {} until Ctrl-C.\n", url);
  std::fflush(stdout);
}

// The shipped model, or the one an earlier run saved in the directory given.
StartModel start_model(const Options& o, Instant begin) {
  StartModel start = choose_start_model(GlobalModel::load(shipped("models/ple.model")), o.state.empty() ? "" : saved_model_file(o.state), begin);
  if (!start.model && o.retrain_every) start.note += "; nothing is trained either: --retrain begins from a model";
  const bool expected = start.from == StartModel::From::kShipped && (o.state.empty() || !o.retrain_every);
  if (!expected) fmt::print(stderr, "headroomd: {}\n", start.note);
  return start;
}

std::unique_ptr<Trainer> make_trainer(const Options& o, const StartModel& start, HistoryStore& history) {
  if (!o.retrain_every || !start.model) return nullptr;
  TrainerOptions options;
  options.every = *o.retrain_every;
  options.training.seed = o.seed;
  if (!o.state.empty()) options.file = saved_model_file(o.state);
  if (start.from == StartModel::From::kSaved) options.last_trained = start.model->info().trained_to;
  return std::make_unique<Trainer>(history, start.model, std::move(options));
}

RunOptions run_options(const Options& o, const StartModel& start, HistoryStore& history, Trainer* trainer, Ticker& ticker) {
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
  if (!o.state.empty()) options.moves_file = o.state / "migrations.json";
  options.take = o.taken;
  options.watch = [&ticker](const State& state) { ticker.tell(state); };
  return options;
}

// The socket's folder is ours alone when it is made here.
Result<void> make_socket_folder(const std::filesystem::path& socket) {
  const auto folder = socket.parent_path();
  std::error_code error;
  if (folder.empty() || std::filesystem::exists(folder, error)) return {};
  if (!std::filesystem::create_directories(folder, error))
    return fail(ErrorCode::kFailed, fmt::format("cannot make '{}' for the socket: {}", folder.string(), error.message()));
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return {};
}

}  // namespace

Result<void> run_session(const Options& o, const Stop& stop) {
  std::optional<OutputFile> report;
  if (!o.report.empty()) {
    auto opened = OutputFile::open(o.report);
    if (!opened) return tl::unexpected(opened.error());
    report.emplace(std::move(*opened));
  }
  auto scenario = load_scenario(o.scenario);
  if (!scenario) return tl::unexpected(scenario.error());
  if (auto good = put_constraints(o.constraints_file, *scenario); !good) return good;
  auto world = load_world(std::move(*scenario), o.traces, o.counted, *parse_view(o.view));
  if (!world) return tl::unexpected(world.error());
  const StartModel start = start_model(o, (*world)->window.begin);
  if (auto good = o.rules.fit(horizons_of((*world)->scenario, start.model.get())); !good) return good;
  auto directory = StateDirectory::open(o.state);
  if (!directory) return tl::unexpected(directory.error());
  auto history = open_rocksdb_history(directory->path() / "history");
  if (!history) return tl::unexpected(history.error());
  const auto trainer = make_trainer(o, start, **history);
  Ticker ticker;
  auto run = Run::make(*world, run_options(o, start, **history, trainer.get(), ticker));
  if (!run) return tl::unexpected(run.error());

  const Api api({(*run)->board(), **history, [&run](bool paused) { return (*run)->set_paused(paused); }, o.page});
  if (auto ok = make_socket_folder(o.socket); !ok) return ok;
  const auto changes = Door::on_socket(o.socket, api);
  if (!changes) return tl::unexpected(changes.error());
  const auto page = Door::on_tcp(o.at, api);
  if (!page) return tl::unexpected(page.error());
  fmt::print("headroomd: {} VMs of '{}' under {}; page and API at {}, changes through {}\n", (*world)->vms.size(),
             (*world)->scenario.name, o.rules.given() ? fmt::format("{} with the rules of {}", o.policy, o.rules.name()) : o.policy,
             (*page)->url(), o.socket.string());
  for (const std::string& why : (*world)->left_out) fmt::print("left out: {}\n", why);
  for (const std::string& what : vain_constraints(**world)) fmt::print("constraints: {}\n", what);
  std::fflush(stdout);

  auto ran = (*run)->go(stop);
  const auto last = (*run)->board().read();
  ticker.tell_end(*last);
  if (!ran) end_progress();
  if (!ran && !o.once) fmt::print(stderr, "headroomd: the replay failed: {}\n", ran.error().message);
  if (ran && !last->score.empty()) print_end(*last, o.once || stop.requested() ? "" : (*page)->url());
  if (ran && report) {
    report->write(score_json(*last).dump(1) + '\n');
    ran = report->commit();
  }
  if (!o.once) stop.wait();
  return ran;
}

}  // namespace headroom::cli
