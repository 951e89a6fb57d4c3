// headroom forecast: rolling-origin forecasts of recorded traces, in the format that scores are made from.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>

#include "commands.h"
#include "headroom/forecast/engine.h"
#include "headroom/trace/fleet.h"
#include "output_file.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct Options {
  std::vector<std::string> train, data;
  std::string model, save_model, grid, horizons = "1,3,12", targets = "point,peak", out;
  TrainOptions training;
};

struct Grid {
  Instant start;
  int stride = 1;
};

struct Plan {
  Grid grid;
  std::vector<int> steps;            // of the engine's horizons
  bool point = false, peak = false;
};

Result<Grid> parse_grid(const std::string& text) {
  const auto comma = text.find(',');
  if (comma == std::string::npos) return invalid("--grid wants START,STRIDE: epoch seconds or RFC 3339, and steps");
  auto start = parse_instant(text.substr(0, comma));
  if (!start) return tl::unexpected(start.error());
  const std::string stride = text.substr(comma + 1);
  if (stride.empty() || stride.size() > 6 || stride.find_first_not_of("0123456789") != std::string::npos || std::stoi(stride) < 1)
    return invalid(fmt::format("--grid \"{}\": the stride is a number of steps, 1 or more", text));
  return Grid{*start, std::stoi(stride)};
}

constexpr int kMostSteps = kStepsPerWeek;

// "1,3,12": steps of the grid, ascending, a week at most.
Result<Horizons> parse_horizons(const std::string& text, Duration step) {
  Horizons horizons;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    const bool number = !part.empty() && part.size() <= 4 && part.find_first_not_of("0123456789") == std::string::npos;
    const Duration horizon = number ? std::stoi(part) * step : Duration::zero();
    if (horizon <= (horizons.empty() ? Duration::zero() : horizons.back()) || horizon > kMostSteps * step)
      return invalid(fmt::format("--horizons \"{}\": give steps of 5 minutes, ascending, {} at most, as in 1,3,12", text, kMostSteps));
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

Result<Plan> make_plan(const Options& options, const Horizons& wanted, Grid grid) {
  Plan plan{grid, {}, false, false};
  for (Duration h : wanted) plan.steps.push_back(static_cast<int>(h / options.training.step));
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
  void write(const VmTrace& vm, std::size_t slot, Instant origin, const Forecast& forecast);

 private:
  void line(const std::string& id, const char* resource, Instant origin, int steps, const Band& band, double unit,
            const char* target);

  OutputFile& file_;
  std::string line_;
  const Plan& plan_;
};

// Base units a unit of the truth: percent of the cores, percent of the provision, KB/s. 0 = cannot be told.
double unit_of(const VmTrace& vm, Resource r, std::size_t slot) {
  if (r == Resource::kCpu) return 10.0 * vm.cores;
  if (r != Resource::kMemory) return 1000;
  return slot < vm.memory_provision.size() ? vm.memory_provision[slot] / 100.0 : 0;
}

void Writer::write(const VmTrace& vm, std::size_t slot, Instant origin, const Forecast& forecast) {
  static constexpr std::array<const char*, kResourceCount> kNames{"cpu", "mem", "disk", "net"};
  for (Resource r : kAllResources) {
    const auto& demand = vm.demand[index(r)];
    if (slot >= demand.size() || std::isnan(demand[slot])) continue;
    const double unit = unit_of(vm, r, slot);
    if (!(unit > 0)) continue;
    const std::string& id = r == Resource::kMemory && !vm.memory_name.empty() ? vm.memory_name : vm.name;
    for (std::size_t h = 0; h < plan_.steps.size(); ++h) {
      const Outlook& outlook = forecast.at(r, h);
      if (plan_.point) line(id, kNames[index(r)], origin, plan_.steps[h], outlook.value, unit, "point");
      if (plan_.peak) line(id, kNames[index(r)], origin, plan_.steps[h], outlook.peak, unit, "peak");
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

// Replays all VMs together, step by step. They are forecast at every step for a while before the grid starts, since
// calibration lives on its own forecasts.
class Replay {
 public:
  Replay(const Fleet& fleet, PredictiveLoadEngine& engine, const Plan& plan, Writer& writer)
      : fleet_(fleet), plan_(plan), writer_(writer), engine_(engine), slot_(fleet.vms.size()) {}

  void run() {
    Instant first = Instant::max(), last = Instant::min();
    for (const VmTrace& vm : fleet_.vms) {
      first = std::min(first, vm.start);
      last = std::max(last, vm.start + static_cast<std::int64_t>(vm.slots()) * fleet_.step);
    }
    for (Instant at = first; at < last; at += fleet_.step) step(at);
  }

 private:
  static constexpr auto kCalibrating = std::chrono::days(21);

  void step(Instant at);
  void observe(std::size_t number, Instant at);

  const Fleet& fleet_;
  const Plan& plan_;
  Writer& writer_;
  PredictiveLoadEngine& engine_;
  std::vector<std::size_t> slot_;  // of each VM in its trace
  std::vector<VmId> running_;
  std::vector<Forecast> forecasts_;
};

void Replay::observe(std::size_t number, Instant at) {
  const VmTrace& vm = fleet_.vms[number];
  const std::size_t slot = slot_[number];
  Sample sample{at + fleet_.step, {}, {}, true};
  for (Resource r : kAllResources) {
    const auto& demand = vm.demand[index(r)];
    sample.used[index(r)] = slot < demand.size() ? static_cast<double>(demand[slot]) : std::nan("");
  }
  const VmId id(static_cast<std::uint32_t>(number));
  if (vm.memory_provision.empty()) engine_.set_ceiling(id, Resources(MilliCores(1000 * vm.cores)));
  else if (slot < vm.memory_provision.size() && vm.memory_provision[slot] > 0)
    engine_.set_ceiling(id, Resources(MilliCores(1000 * vm.cores), Bytes(static_cast<std::int64_t>(vm.memory_provision[slot]))));
  engine_.observe({id, sample});
}

void Replay::step(Instant at) {
  running_.clear();
  for (std::size_t i = 0; i < fleet_.vms.size(); ++i) {
    const VmTrace& vm = fleet_.vms[i];
    if (at < vm.start || at >= vm.start + static_cast<std::int64_t>(vm.slots()) * fleet_.step) continue;
    slot_[i] = static_cast<std::size_t>((at - vm.start) / fleet_.step);
    observe(i, at);
    running_.push_back(VmId(static_cast<std::uint32_t>(i)));
  }
  if (at < plan_.grid.start - kCalibrating) return;
  engine_.forecast(at + fleet_.step, running_, forecasts_);
  if (at < plan_.grid.start || (at - plan_.grid.start) / fleet_.step % plan_.grid.stride != 0) return;
  for (std::size_t k = 0; k < running_.size(); ++k) {
    const std::size_t i = running_[k].value();
    writer_.write(fleet_.vms[i], slot_[i], at, forecasts_[k]);
  }
}

Result<void> run(const Options& options) {
  auto grid = parse_grid(options.grid);
  if (!grid) return tl::unexpected(grid.error());
  auto horizons = parse_horizons(options.horizons, options.training.step);
  if (!horizons) return tl::unexpected(horizons.error());
  auto model = find_model(options, *horizons, grid->start);
  if (!model) return tl::unexpected(model.error());
  auto engine = PredictiveLoadEngine::make(*model, *horizons);
  if (!engine) return invalid(fmt::format("--horizons \"{}\": {}", options.horizons, engine.error().message));
  auto plan = make_plan(options, *horizons, *grid);
  if (!plan) return tl::unexpected(plan.error());
  auto fleet = read_fleet({options.data.begin(), options.data.end()});
  if (!fleet) return tl::unexpected(fleet.error());
  auto out = OutputFile::open(options.out);
  if (!out) return tl::unexpected(out.error());
  Writer writer(*out, *plan);
  Replay(*fleet, **engine, *plan, writer).run();
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
