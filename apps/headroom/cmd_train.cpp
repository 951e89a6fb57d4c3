// headroom train: grows a global model from traces and saves it.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct TrainArguments {
  std::vector<std::filesystem::path> traces;
  std::string window;
  std::filesystem::path out;
  std::vector<std::string> horizons;
  TrainOptions options;
};

void print_scores(const ModelInfo& info) {
  fmt::print("{} VMs, {} rows, {} to {}\n", info.vms, info.rows, to_rfc3339(info.trained_from), to_rfc3339(info.trained_to));
  fmt::print("{:>8} {:>6} {:>10} {:>8} {:>8} {:>8}\n", "horizon", "target", "loss ratio", "<= q90", "<= q95", "<= q99");
  for (const HeadScore& s : info.scores)
    fmt::print("{:>8} {:>6} {:>10.3f} {:>8.3f} {:>8.3f} {:>8.3f}\n", to_text(info.step * s.horizon_steps),
               s.peak ? "peak" : "value", s.loss_ratio, s.below_q90, s.below_q95, s.below_q99);
}

Result<void> run(TrainArguments& a) {
  if (!a.window.empty()) {
    const auto window = parse_window(a.window);
    if (!window) return tl::unexpected(window.error());
    a.options.from = window->begin;
    a.options.to = window->end;
  }
  if (!a.horizons.empty()) a.options.horizons.clear();
  for (const std::string& text : a.horizons) {
    const auto horizon = parse_duration(text);
    if (!horizon) return tl::unexpected(horizon.error());
    a.options.horizons.push_back(*horizon);
  }
  const auto model = train_on(a.traces, a.options);
  if (!model) return tl::unexpected(model.error());
  if (auto saved = (*model)->save(a.out); !saved) return saved;
  print_scores((*model)->info());
  return {};
}

}  // namespace

void add_train(CLI::App& app, Outcome& outcome) {
  auto a = std::make_shared<TrainArguments>();
  CLI::App* command = app.add_subcommand("train", "Grow the global forecasting model from recorded traces");
  command->add_option("--traces", a->traces, "Trace files or directories")->required();
  command->add_option("--window", a->window, "Learn only from samples in START,END (UTC, END excluded)");
  command->add_option("--horizons", a->horizons, "Horizons, ascending: 5m,15m,1h,6h,24h")->delimiter(',');
  command->add_option("--rows", a->options.max_rows, "Rows sampled at most")->check(CLI::Range(1000, 4'000'000));
  command->add_option("--trees", a->options.trees, "Trees a head, at most")->check(CLI::Range(1, 4096));
  command->add_option("--net-epochs", a->options.net_epochs, "Times the net sees every row; 0: trees alone")->check(CLI::Range(0, 1000));
  command->add_option("--seed", a->options.seed, "Seed of the sampling");
  command->add_option("--threads", a->options.threads, "Threads")->check(CLI::Range(1, 256));
  command->add_option("--out", a->out, "Where to save the model")->required();
  command->callback([a, &outcome] {
    if (auto ok = run(*a); !ok) outcome.fail_with(ok.error());
  });
}

}  // namespace headroom::cli
