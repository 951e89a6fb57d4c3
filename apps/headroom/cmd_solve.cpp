// headroom solve: the placement engine on a problem out of a file, for as long as one likes.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "client.h"
#include "commands.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom/base/whole_file.h"
#include "headroom/challenge/roadef2012.h"
#include "headroom/placement/check.h"
#include "headroom/placement/solve.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct SolveArguments {
  std::string format = "roadef2012", output = "table";
  std::filesystem::path model, assignment, out;
  double seconds = 0;
  std::uint64_t tries = 0;
  std::size_t threads = 1;
  std::optional<std::size_t> workers;
  std::uint64_t seed = 1;
};

// The caller's clock for a search: over when the time is, or when the user says so.
class Deadline {
 public:
  // What is left after the search, checking and writing, is quick; a hundredth is kept for it.
  Deadline(const Stopwatch& since, double seconds, const Stop& stop)
      : since_(since), seconds_(seconds - std::clamp(seconds / 100, 0.02, 1.0)), stop_(stop) {}

  double share() {
    if (stop_.requested()) return 1;
    const double gone = since_.seconds();
    show(gone);
    return seconds_ > 0 ? gone / seconds_ : 1;
  }
  void note(std::int64_t cost) { cost_ = cost; }

 private:
  void show(double gone) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || gone < next_) return;
    next_ = gone + 0.25;
    show_progress(fmt::format("cost {}", cost_.load()), std::min(1.0, gone / seconds_));
  }

  const Stopwatch& since_;
  double seconds_, next_ = 0.25;
  const Stop& stop_;
  std::mutex mutex_;
  std::atomic<std::int64_t> cost_{0};
};

void print(const SolveArguments& a, const placement::Problem& problem, const placement::Answer& answer, double seconds) {
  const placement::Cost cost = cost_of(problem, answer.assignment);
  std::size_t moved = 0;
  for (std::size_t i = 0; i < problem.items; ++i) moved += answer.assignment[i] != problem.home[i];
  if (a.output == "json")
    return print_json({{"cost", answer.cost},
                       {"start_cost", answer.start_cost},
                       {"bound", answer.bound},
                       {"gap", answer.gap()},
                       {"costs", {{"load", cost.load}, {"balance", cost.balance}, {"process_move", cost.away},
                                  {"service_move", cost.group_away}, {"machine_move", cost.distance}}},
                       {"moved", moved},
                       {"seed", a.seed},
                       {"workers", a.workers.value_or(a.threads)},
                       {"tries", answer.tally.tries},
                       {"exact_changes", answer.tally.changes},
                       {"instruction_set", placement::name(placement::widest())},
                       {"seconds", std::round(seconds * 1000) / 1000}});
  fmt::print("cost {}  bound {}  gap {:.4f} %\n", answer.cost, answer.bound, answer.gap() * 100);
  fmt::print("start {}, {} of {} processes moved; load {}, balance {}, moves {}\n", answer.start_cost, moved, problem.items,
             cost.load, cost.balance, cost.away + cost.group_away + cost.distance);
  fmt::print("{:.2f} s, seed {}, {} tries, {} exact changes of cost\n", seconds, a.seed, answer.tally.tries, answer.tally.changes);
}

Result<void> run(const SolveArguments& a) {
  const Stopwatch since;
  if (!std::isfinite(a.seconds)) return invalid("--seconds is not a number; give the seconds to take");
  Stop stop;
  const OnTermination signals(stop);
  auto out = WholeFile::open(a.out);
  if (!out) return tl::unexpected(out.error());
  const auto problem = challenge::read_roadef2012(a.model, a.assignment);
  if (!problem) return tl::unexpected(problem.error());

  Deadline deadline(since, a.seconds, stop);
  placement::SolveOptions options;
  options.seed = a.seed;
  options.threads = a.threads;
  options.workers = a.workers.value_or(a.threads);
  if (a.tries != 0) options.tries = a.tries;
  else options.spent = [&] { return deadline.share(); };
  options.progress = [&](const placement::Progress& so_far) { deadline.note(so_far.cost); };
  const auto answer = solve(*problem, options);
  end_progress();
  if (!answer) return tl::unexpected(answer.error());
  out->write(challenge::roadef2012_assignment(answer->assignment));
  if (auto written = out->commit(); !written) return written;
  print(a, *problem, *answer, since.seconds());
  return {};
}

}  // namespace

void add_solve(CLI::App& app, Outcome& outcome) {
  auto a = std::make_shared<SolveArguments>();
  CLI::App* command = app.add_subcommand("solve", "Find the cheapest placement for a problem in a file; prints cost, bound and gap");
  command->add_option("--format", a->format, "Of the files: roadef2012 (Google/ROADEF/EURO Challenge 2012)")
      ->check(CLI::IsMember({"roadef2012"}))->capture_default_str();
  command->add_option("--model", a->model, "The problem; plain or zstd")->required();
  command->add_option("--assignment", a->assignment, "Where everything is now; plain or zstd")->required();
  command->add_option("--out", a->out, "The assignment found, written when the time is over or on Ctrl-C; it keeps every constraint")
      ->required();
  auto* seconds = command->add_option("--seconds", a->seconds, "Time to take, reading and writing included");
  seconds->check(CLI::Range(0.1, 1e6));
  auto* tries = command->add_option("--tries", a->tries, "Instead: shifts and swaps to try; equal seed, tries and workers, equal answer");
  tries->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 60))->excludes(seconds);
  command->add_option("--threads", a->threads, "Threads that search")->check(CLI::Range(1, 256))->capture_default_str();
  command->add_option("--workers", a->workers, "Searches side by side, part of the answer; default: as many as threads")
      ->check(CLI::Range(1, 256));
  command->add_option("--seed", a->seed, "Seed of everything random")->capture_default_str();
  command->add_option("-o,--output", a->output, "table or json")->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  command->footer("One of --seconds and --tries is required. docs/placement.md says how it searches and what the bound is.");
  command->callback([=, &outcome] {
    if (seconds->count() + tries->count() == 0) throw CLI::RequiredError("--seconds or --tries");
    if (auto done = run(*a); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
