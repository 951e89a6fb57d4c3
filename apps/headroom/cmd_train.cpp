// headroom train: grows the global forecast model from recorded traces and writes it to a file.
#include <fmt/core.h>

#include "commands.h"
#include "headroom/forecast/fleet_source.h"
#include "headroom/trace/fleet.h"

namespace headroom::cli {
namespace {

struct Options {
  std::vector<std::string> data;
  std::string out, from = "1970-01-01", to = "2200-01-01", horizons = "1,3,12,72,288";
  TrainOptions train;
  bool quiet = false;
};

Result<void> run(Options& options) {
  auto from = parse_instant(options.from);
  if (!from) return tl::unexpected(from.error());
  auto to = parse_instant(options.to);
  if (!to) return tl::unexpected(to.error());
  auto horizons = parse_horizons(options.horizons, options.train.step);
  if (!horizons) return tl::unexpected(horizons.error());
  auto fleet = read_fleet({options.data.begin(), options.data.end()});
  if (!fleet) return tl::unexpected(fleet.error());
  options.train.horizons = *horizons;
  options.train.from = *from;
  options.train.to = *to;
  if (!options.quiet)
    options.train.progress = [](double share, std::string_view what) {
      fmt::print(stderr, "\r{:3.0f} % {:<40}", 100 * share, what.substr(0, 40));
      return true;
    };
  auto model = train(training_source(*fleet, *to), options.train);
  if (!options.quiet) fmt::print(stderr, "\n");
  if (!model) return tl::unexpected(model.error());
  if (auto saved = (*model)->save(options.out); !saved) return saved;
  const ModelInfo& info = (*model)->info();
  fmt::print("{}: {} VMs, {} rows, {} to {}\n", options.out, info.vms, info.rows, to_rfc3339(info.trained_from),
             to_rfc3339(info.trained_to));
  fmt::print("held out:     loss ratio  <=q90  <=q95  <=q99\n");
  for (const HeadScore& s : info.scores)
    fmt::print("{:>5} {:>4} steps    {:.3f}  {:.3f}  {:.3f}  {:.3f}\n", s.peak ? "peak" : "value", s.horizon_steps,
               s.loss_ratio, s.below_q90, s.below_q95, s.below_q99);
  return {};
}

}  // namespace

Result<Horizons> parse_horizons(const std::string& text, Duration step) {
  Horizons horizons;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    if (part.empty() || part.size() > 4 || part.find_first_not_of("0123456789") != std::string::npos || std::stoi(part) == 0)
      return invalid(fmt::format("--horizons \"{}\": give steps of 5 minutes, ascending, as in 1,3,12", text));
    horizons.push_back(std::stoi(part) * step);
    if (horizons.size() > 1 && horizons.back() <= horizons[horizons.size() - 2])
      return invalid(fmt::format("--horizons \"{}\" must ascend", text));
    at = comma + 1;
  }
  return horizons;
}

void add_train(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("train", "Grow the global forecast model from recorded traces");
  command->add_option("--data", options->data, "Trace files or directories")->required();
  command->add_option("--out", options->out, "Where the model goes")->required();
  command->add_option("--from", options->from, "Learn from samples at or after this moment (UTC)");
  command->add_option("--to", options->to, "Learn from samples before this moment (UTC)");
  command->add_option("--horizons", options->horizons, "Steps of 5 minutes, ascending")->capture_default_str();
  command->add_option("--rows", options->train.max_rows, "Most training rows (900 bytes each)")
      ->check(CLI::Range(1000, 10'000'000))->capture_default_str();
  command->add_option("--trees", options->train.trees, "Trees a head")->check(CLI::Range(1, 4096))->capture_default_str();
  command->add_option("--learning-rate", options->train.learning_rate)->check(CLI::Range(0.001, 1.0))->capture_default_str();
  command->add_option("--seed", options->train.seed)->capture_default_str();
  command->add_option("--threads", options->train.threads)->check(CLI::Range(1, 256))->capture_default_str();
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback([options, &outcome] {
    if (auto done = run(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
