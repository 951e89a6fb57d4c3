// headroom forecast: rolling-origin forecasts of recorded traces, in the format that scores are made from.
#include <fmt/core.h>

#include <cmath>
#include <iterator>
#include <memory>

#include "commands.h"
#include "forecast_input.h"
#include "headroom/accuracy/scorer.h"
#include "headroom/base/whole_file.h"
#include "headroom/forecast/engine.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct Options {
  ModelChoice choice;
  std::vector<std::string> data;
  std::string save_model, grid, horizons = "1,3,12", targets = "point,peak", out;
};

struct Plan {
  OriginGrid grid;
  std::vector<int> steps;            // of the engine's horizons
  bool point = false, peak = false;
};

Result<Plan> make_plan(const Options& options, const Horizons& wanted, OriginGrid grid) {
  Plan plan{grid, {}, false, false};
  for (Duration h : wanted) plan.steps.push_back(static_cast<int>(h / options.choice.training.step));
  plan.point = options.targets == "point" || options.targets == "point,peak" || options.targets == "peak,point";
  plan.peak = options.targets == "peak" || options.targets == "point,peak" || options.targets == "peak,point";
  if (!plan.point && !plan.peak) return invalid("--targets is point, peak or point,peak");
  return plan;
}

// Writes the forecasts of one VM at one origin, in the scorer's units.
class Writer {
 public:
  Writer(WholeFile& file, const Plan& plan) : file_(file), plan_(plan) {
    file_.write("series_id,resource,origin_time,horizon_steps,q10,q50,q90,q95,q99,target\n");
  }
  void write(const VmTrace& vm, const ReplayedForecast& replayed);

 private:
  void line(const std::string& id, const char* resource, Instant origin, int steps, const Band& band, double unit,
            const char* target);

  WholeFile& file_;
  std::string line_;
  const Plan& plan_;
};

void Writer::write(const VmTrace& vm, const ReplayedForecast& replayed) {
  for (Resource r : kAllResources) {
    const auto& demand = vm.demand[index(r)];
    if (replayed.slot >= demand.size() || std::isnan(demand[replayed.slot])) continue;
    const double unit = scored_unit(vm, r, replayed.slot);
    if (!(unit > 0)) continue;
    for (std::size_t h = 0; h < plan_.steps.size(); ++h) {
      const Outlook& outlook = replayed.forecast.at(r, h);
      if (plan_.point) line(series_id(vm, r), scored_name(r), replayed.origin, plan_.steps[h], outlook.value, unit, "point");
      if (plan_.peak) line(series_id(vm, r), scored_name(r), replayed.origin, plan_.steps[h], outlook.peak, unit, "peak");
    }
  }
}

void Writer::line(const std::string& id, const char* resource, Instant origin, int steps, const Band& band, double unit,
                  const char* target) {
  line_.clear();
  fmt::format_to(std::back_inserter(line_), "{},{},{},{}", id, resource, epoch_seconds(origin), steps);
  for (double q : scored_quantiles(band)) fmt::format_to(std::back_inserter(line_), ",{:.6g}", q / unit);
  fmt::format_to(std::back_inserter(line_), ",{}\n", target);
  file_.write(line_);
}

Result<void> run(const Options& options) {
  auto grid = parse_grid(options.grid, options.choice.training.step);
  if (!grid) return tl::unexpected(grid.error());
  auto horizons = parse_horizons(options.horizons, options.choice.training.step);
  if (!horizons) return tl::unexpected(horizons.error());
  auto model = find_model(options.choice, *horizons, grid->start);
  if (!model) return tl::unexpected(model.error());
  auto engine = make_engine(*model, *horizons, options.horizons);
  if (!engine) return tl::unexpected(engine.error());
  auto plan = make_plan(options, *horizons, *grid);
  if (!plan) return tl::unexpected(plan.error());
  auto fleet = read_fleet({options.data.begin(), options.data.end()});
  if (!fleet) return tl::unexpected(fleet.error());
  auto out = WholeFile::open(options.out);
  if (!out) return tl::unexpected(out.error());
  Writer writer(*out, *plan);
  ForecastReplayOptions how;
  how.grid = plan->grid;
  how.progress = shown_progress(fmt::format("forecasting {} VMs", fleet->vms.size()));
  replay_forecasts(*fleet, **engine, how, [&](const ReplayedForecast& f) { writer.write(fleet->vms[f.vm], f); });
  end_progress();
  if (!options.save_model.empty())
    if (auto saved = (*model)->save(options.save_model); !saved) return saved;
  return out->commit();
}

// What CLI11 would ask of the subcommand as well, were it marked required there.
void require(const CLI::App& command, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (command.count(name) == 0) throw CLI::RequiredError(name);
}

}  // namespace

void add_forecast(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("forecast", "Rolling-origin forecasts of recorded traces");
  auto* train = command->add_option("--train", options->choice.train,
                                    "Traces the global model learns from; default: the shipped model");
  command->add_option("--model", options->choice.model, "A model file instead")->excludes(train);
  command->add_option("--data", options->data, "Traces to forecast");
  command->add_option("--grid", options->grid, "START,STRIDE: first origin (epoch seconds), steps between origins");
  command->add_option("--horizons", options->horizons, "Steps of 5 minutes, ascending")->capture_default_str();
  command->add_option("--targets", options->targets, "point, peak or both")->capture_default_str();
  command->add_option("--out", options->out, "CSV to write");
  command->add_option("--save-model", options->save_model, "Keep the model that was used");
  command->add_option("--seed", options->choice.training.seed, "Of the training")->capture_default_str();
  command->add_option("--threads", options->choice.training.threads, "Of the training")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->footer("--data, --grid and --out are required.");
  add_forecast_report(*command, outcome);
  command->callback([options, command, &outcome] {
    if (!command->get_subcommands().empty()) return;
    require(*command, {"--data", "--grid", "--out"});
    if (auto done = run(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
