// headroom forecast: rolling-origin forecasts of recorded traces, in the format that scores are made from.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>

#include "commands.h"
#include "headroom/accuracy/replay.h"
#include "headroom/accuracy/truth.h"
#include "headroom/forecast/engine.h"
#include "output_file.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct Options {
  std::vector<std::string> train, data;
  std::string model, save_model, grid, horizons = "1,3,12", targets = "point,peak", out;
  TrainOptions training;
};

struct Plan {
  OriginGrid grid;
  std::vector<std::size_t> horizon;  // of the engine
  std::vector<int> steps;
  bool point = false, peak = false;
};

Result<OriginGrid> parse_grid(const std::string& text) {
  const auto comma = text.find(',');
  if (comma == std::string::npos) return invalid("--grid wants START,STRIDE: epoch seconds or RFC 3339, and steps");
  auto start = parse_instant(text.substr(0, comma));
  if (!start) return tl::unexpected(start.error());
  const std::string stride = text.substr(comma + 1);
  if (stride.empty() || stride.size() > 6 || stride.find_first_not_of("0123456789") != std::string::npos || std::stoi(stride) < 1)
    return invalid(fmt::format("--grid \"{}\": the stride is a number of steps, 1 or more", text));
  return OriginGrid{*start, std::stoi(stride)};
}

// "1,3,12": steps of the grid, ascending.
Result<Horizons> parse_horizons(const std::string& text, Duration step) {
  Horizons horizons;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    const bool number = !part.empty() && part.size() <= 4 && part.find_first_not_of("0123456789") == std::string::npos;
    const Duration horizon = number ? std::stoi(part) * step : Duration::zero();
    if (horizon <= (horizons.empty() ? Duration::zero() : horizons.back()))
      return invalid(fmt::format("--horizons \"{}\": give steps of 5 minutes, ascending, as in 1,3,12", text));
    horizons.push_back(horizon);
    at = comma + 1;
  }
  return horizons;
}

// The model to forecast with: the file named, one grown now from --train, or the shipped one.
Result<std::shared_ptr<const GlobalModel>> find_model(const Options& options, const Horizons& horizons, Instant start) {
  if (options.train.empty()) {
    if (!options.model.empty()) return GlobalModel::load(options.model);
    return load_model(std::nullopt);
  }
  TrainOptions how = options.training;
  how.horizons = horizons;
  how.to = start;  // whatever --train holds, nothing that is judged may be learnt from
  return train_on({options.train.begin(), options.train.end()}, how);
}

Result<Plan> make_plan(const Options& options, const GlobalModel& model, const Horizons& wanted, OriginGrid grid) {
  Plan plan{grid, {}, {}, false, false};
  const auto& known = model.info().horizon_steps;
  for (Duration h : wanted) {
    const int steps = static_cast<int>(h / model.info().step);
    const auto found = std::find(known.begin(), known.end(), steps);
    if (found == known.end()) return invalid(fmt::format("the model has no horizon of {} steps; train one with --train", steps));
    plan.horizon.push_back(static_cast<std::size_t>(found - known.begin()));
    plan.steps.push_back(steps);
  }
  plan.point = options.targets == "point" || options.targets == "point,peak" || options.targets == "peak,point";
  plan.peak = options.targets == "peak" || options.targets == "point,peak" || options.targets == "peak,point";
  if (!plan.point && !plan.peak) return invalid("--targets is point, peak or point,peak");
  return plan;
}

// Writes the forecasts of one VM at one origin, in the scorer's units.
class Writer {
 public:
  Writer(OutputFile& file, const Plan& plan) : file_(file), plan_(plan) {
    file_.write("series_id,resource,origin_time,horizon_steps,q10,q50,q90,q95,q99,target\n");
  }
  void write(const VmTrace& vm, const ReplayedForecast& replayed);

 private:
  void line(const std::string& id, const char* resource, Instant origin, int steps, const Band& band, double unit,
            const char* target);

  OutputFile& file_;
  std::string line_;
  const Plan& plan_;
};

void Writer::write(const VmTrace& vm, const ReplayedForecast& replayed) {
  for (Resource r : kAllResources) {
    const auto& demand = vm.demand[index(r)];
    if (replayed.slot >= demand.size() || std::isnan(demand[replayed.slot])) continue;
    const double unit = scored_unit(vm, r, replayed.slot);
    if (!(unit > 0)) continue;
    for (std::size_t h = 0; h < plan_.horizon.size(); ++h) {
      const Outlook& outlook = replayed.forecast.at(r, plan_.horizon[h]);
      if (plan_.point) line(series_id(vm, r), scored_name(r), replayed.origin, plan_.steps[h], outlook.value, unit, "point");
      if (plan_.peak) line(series_id(vm, r), scored_name(r), replayed.origin, plan_.steps[h], outlook.peak, unit, "peak");
    }
  }
}

void Writer::line(const std::string& id, const char* resource, Instant origin, int steps, const Band& band, double unit,
                  const char* target) {
  line_.clear();
  fmt::format_to(std::back_inserter(line_), "{},{},{},{}", id, resource, epoch_seconds(origin), steps);
  for (std::size_t level : {0U, 1U, 4U, 5U, 6U}) fmt::format_to(std::back_inserter(line_), ",{:.6g}", band.at[level] / unit);
  fmt::format_to(std::back_inserter(line_), ",{}\n", target);
  file_.write(line_);
}

Result<void> run(const Options& options) {
  auto grid = parse_grid(options.grid);
  if (!grid) return tl::unexpected(grid.error());
  auto horizons = parse_horizons(options.horizons, options.training.step);
  if (!horizons) return tl::unexpected(horizons.error());
  auto model = find_model(options, *horizons, grid->start);
  if (!model) return tl::unexpected(model.error());
  auto plan = make_plan(options, **model, *horizons, *grid);
  if (!plan) return tl::unexpected(plan.error());
  auto fleet = read_fleet({options.data.begin(), options.data.end()});
  if (!fleet) return tl::unexpected(fleet.error());
  auto out = OutputFile::open(options.out);
  if (!out) return tl::unexpected(out.error());
  Writer writer(*out, *plan);
  PredictiveLoadEngine engine(*model);
  ForecastReplayOptions how;
  how.grid = plan->grid;
  replay_forecasts(*fleet, engine, how, [&](const ReplayedForecast& f) { writer.write(fleet->vms[f.vm], f); });
  if (!options.save_model.empty())
    if (auto saved = (*model)->save(options.save_model); !saved) return saved;
  return out->commit();
}

}  // namespace

void add_forecast(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("forecast", "Rolling-origin forecasts of recorded traces");
  auto* train = command->add_option("--train", options->train, "Traces the global model learns from; default: the shipped model");
  command->add_option("--model", options->model, "A model file instead")->excludes(train);
  command->add_option("--data", options->data, "Traces to forecast")->required();
  command->add_option("--grid", options->grid, "START,STRIDE: first origin (epoch seconds), steps between origins")->required();
  command->add_option("--horizons", options->horizons, "Steps of 5 minutes, ascending")->capture_default_str();
  command->add_option("--targets", options->targets, "point, peak or both")->capture_default_str();
  command->add_option("--out", options->out, "CSV to write")->required();
  command->add_option("--save-model", options->save_model, "Keep the model that was used");
  command->add_option("--seed", options->training.seed, "Of the training")->capture_default_str();
  command->add_option("--threads", options->training.threads, "Of the training")->check(CLI::Range(1, 256))->capture_default_str();
  command->callback([options, &outcome] {
    if (auto done = run(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
