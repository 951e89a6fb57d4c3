// headroom forecast report: how good the forecasts of recorded traces, or of a manager's history, are.
#include <fmt/core.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "accuracy_text.h"
#include "client.h"
#include "commands.h"
#include "fleet_input.h"
#include "forecast_input.h"
#include "headroom/accuracy/report.h"
#include "headroom/accuracy/report_json.h"
#include "headroom/base/whole_file.h"
#include "headroom/forecast/engine.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct Options {
  ModelChoice choice;
  std::vector<std::filesystem::path> data;
  std::filesystem::path history, json_file;
  std::string grid, horizons = "1,3,12", output = "table";
};

Result<AccuracyReport> judge(const Fleet& fleet, const ForecasterMaker& make, const Options& options, OriginGrid grid,
                             std::vector<ScoredTarget> targets) {
  AccuracyReportOptions how;
  how.grid = grid;
  how.targets = std::move(targets);
  how.threads = options.choice.training.threads;
  how.progress = shown_progress(fmt::format("forecasting {} VMs", fleet.vms.size()));
  auto report = report_accuracy(fleet, make, how);
  end_progress();
  return report;
}

// What the model had learnt when it was judged.
std::string model_text(const ModelInfo& info, const OriginGrid& grid) {
  std::string text = fmt::format("The model has learnt from {} VMs, {} to {} UTC", info.vms, short_time(info.trained_from),
                                 short_time(info.trained_to));
  if (info.ends_by(grid.start)) return text + ": nothing of what is judged.\n";
  return text +
         ".\nThat reaches into what is judged: where these VMs were among them, the figures flatter. Begin later with "
         "--grid.\n";
}

nlohmann::json model_json(const ModelInfo& info, const OriginGrid& grid) {
  return {{"vms", info.vms},
          {"trained_from", to_rfc3339(info.trained_from)},
          {"trained_to", to_rfc3339(info.trained_to)},
          {"ends_before_grid", info.ends_by(grid.start)}};
}

Result<void> run(const Options& options) {
  const Duration step = options.choice.training.step;
  auto horizons = parse_horizons(options.horizons, step);
  if (!horizons) return tl::unexpected(horizons.error());
  std::optional<OriginGrid> grid;
  if (!options.grid.empty()) {
    auto given = parse_grid(options.grid, step);
    if (!given) return tl::unexpected(given.error());
    grid = *given;
  }
  std::optional<WholeFile> file;
  if (!options.json_file.empty()) {
    auto opened = WholeFile::open(options.json_file);
    if (!opened) return tl::unexpected(opened.error());
    file.emplace(std::move(*opened));
  }
  auto fleet = read_fleet_or_history(options.data, options.history, step);
  if (!fleet) return tl::unexpected(fleet.error());
  if (!grid) grid = default_grid(*fleet);
  auto model = find_model(options.choice, *horizons, grid->start);
  if (!model) return tl::unexpected(model.error());
  if ((*model)->info().step != fleet->step)
    return invalid(fmt::format("the model is for steps of {}, the data are laid on {}; give another --model",
                               to_text((*model)->info().step), to_text(fleet->step)));
  if (auto fits = make_engine(*model, *horizons, options.horizons); !fits) return tl::unexpected(fits.error());
  const auto make = [&] { return PredictiveLoadEngine::make(*model, *horizons).value(); };
  auto report = judge(*fleet, make, options, *grid, targets_of(*horizons, step));
  if (!report) return tl::unexpected(report.error());

  nlohmann::json json = to_json(*report, *fleet);
  json["model"] = model_json((*model)->info(), *grid);
  if (options.output == "json") print_json(json);
  else fmt::print("{}{}", model_text((*model)->info(), *grid), accuracy_text(*report, *fleet));
  if (!file) return {};
  file->write(json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
  return file->commit();
}

}  // namespace

void add_forecast_report(CLI::App& forecast, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  auto* command =
      forecast.add_subcommand("report", "How good the forecasts are: accuracy, coverage, confidence, alarms, worst VMs");
  auto* data = command->add_option("--data", options->data, "Traces to forecast");
  auto* history =
      command->add_option("--history", options->history, "Or the history that headroomd --state DIR keeps")->excludes(data);
  auto* train = command->add_option("--train", options->choice.train,
                                    "Traces the global model learns from; default: the shipped model");
  command->add_option("--model", options->choice.model, "A model file instead")->excludes(train);
  command->add_option(
      "--grid", options->grid,
      "START,STRIDE: first origin, steps between origins; default: after 14 days or the first third, every 7th step");
  command->add_option("--horizons", options->horizons, "Steps of 5 minutes, ascending; the peak is within the last")
      ->capture_default_str();
  command->add_option("--seed", options->choice.training.seed, "Of the training")->capture_default_str();
  command->add_option("--threads", options->choice.training.threads, "Threads")->check(CLI::Range(1, 256))->capture_default_str();
  command->add_option("-o,--output", options->output, "Format: table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->add_option("--json", options->json_file, "Write the report as JSON, beside what is printed");
  command->footer("--data or --history is required. docs/accuracy.md explains the figures.");
  command->callback([options, data, history, &outcome] {
    if (data->empty() && history->empty()) throw CLI::RequiredError("--data or --history");
    if (auto done = run(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
