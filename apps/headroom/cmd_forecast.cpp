// headroom forecast: rolling-origin forecasts of recorded traces, as CSV, in the units of the traces (percent of the
// provision for cpu and mem, KB/s for disk and net). Each origin is forecast before anything later is read.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "headroom/forecast/engine.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct ForecastArguments {
  std::vector<std::filesystem::path> data, train;
  std::optional<std::filesystem::path> model, save_model;
  std::string grid;
  std::vector<int> horizons{1, 3, 12};
  std::vector<std::string> targets{"point", "peak"};
  std::filesystem::path out;
  std::uint64_t seed = 1;
};

struct Grid {
  std::int64_t start = 0;   // epoch seconds of the first origin's step
  std::int64_t stride = 1;  // steps
};

struct FileCloser {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

constexpr std::array<const char*, kResourceCount> kColumns{"cpu", "mem", "disk", "net"};
constexpr std::int64_t kStep_s = 300;

Result<Grid> parse_grid(const std::string& text) {
  const auto comma = text.find(',');
  if (comma != std::string::npos) {
    const auto start = parse_instant(text.substr(0, comma));
    const auto stride = parse_duration(text.substr(comma + 1));  // a bare number, here of steps
    if (start && stride && stride->count() >= 1000)
      return Grid{epoch_seconds(*start) / kStep_s * kStep_s, stride->count() / 1000};
  }
  return invalid(fmt::format("grid '{}' is not START,STRIDE (epoch seconds or a time, and steps of 300 s)", text));
}

// Traces of one VM in the units of the truth, so that the forecasts need no turning back.
struct Units {
  const VmTrace& trace;
  float value(std::size_t k, std::size_t slot) const {
    const auto& d = trace.demand[k];
    if (slot >= d.size()) return std::nanf("");
    if (k == index(Resource::kCpu)) return d[slot] / (10.0F * static_cast<float>(trace.cores));
    if (k == index(Resource::kMemory)) {
      const float provision = slot < trace.memory_provision.size() ? trace.memory_provision[slot] : std::nanf("");
      return 100 * d[slot] / provision;
    }
    return d[slot] / 1000;
  }
};

// The engine works in base units: percent of a notional core and of a notional 100 MiB times 2^20, KB/s times 1000.
constexpr std::array<double, kResourceCount> kBasePerUnit{10, 40.96 * (1 << 20), 1000, 1000};
constexpr std::array<double, kResourceCount> kCap{100, 100, 0, 0};

class Writer {
 public:
  Writer(const ForecastArguments& a, const Horizons& horizons, std::FILE* out) : a_(a), out_(out) {
    for (int steps : a.horizons)
      for (std::size_t h = 0; h < horizons.size(); ++h)
        if (horizons[h] == std::chrono::seconds(kStep_s * steps)) index_.push_back(h);
  }
  bool complete() const { return index_.size() == a_.horizons.size(); }

  void write(const std::string& series, std::int64_t origin_s, std::size_t k, const Forecast& f) {
    for (std::size_t i = 0; i < index_.size(); ++i)
      for (const std::string& target : a_.targets) {
        const Outlook& o = f.outlook[k][index_[i]];
        const Band& band = target == "peak" ? o.peak : o.value;
        auto q = [&](std::size_t level) { return static_cast<double>(band.at[level]) / kBasePerUnit[k]; };
        fmt::print(out_, "{},{},{},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g},{}\n", series, kColumns[k], origin_s, a_.horizons[i],
                   q(0), q(1), q(4), q(5), q(6), target);
      }
  }

 private:
  const ForecastArguments& a_;
  std::FILE* out_;
  std::vector<std::size_t> index_;
};

void forecast_vm(const VmTrace& trace, const Grid& grid, const std::shared_ptr<const GlobalModel>& model, Writer& writer) {
  PredictiveLoadEngine engine(model);
  const VmId id(0);
  Resources ceiling;
  for (Resource r : kAllResources) ceiling[r] = static_cast<std::int64_t>(kCap[index(r)] * kBasePerUnit[index(r)]);
  engine.set_ceiling(id, ceiling);
  const Units units{trace};
  std::vector<Forecast> out;
  for (std::size_t slot = 0; slot < trace.slots(); ++slot) {
    const std::int64_t at_s = epoch_seconds(trace.start) + kStep_s * static_cast<std::int64_t>(slot);
    VmSample s{id, {}};
    s.sample.at = instant_from_epoch_seconds(at_s + kStep_s);
    bool recorded = true;
    for (std::size_t k = 0; k < kResourceCount; ++k) {
      const float x = units.value(k, slot);
      recorded = recorded && (trace.demand[k].empty() || std::isfinite(x));
      s.sample.used[k] = std::isfinite(x) ? static_cast<double>(x) * kBasePerUnit[k] : 0;
    }
    if (recorded) engine.observe(s);
    engine.forecast(s.sample.at, std::span(&id, 1), out);
    if (!recorded || at_s < grid.start || (at_s - grid.start) % (kStep_s * grid.stride) != 0) continue;
    for (std::size_t k = 0; k < kResourceCount; ++k)
      if (!trace.demand[k].empty()) writer.write(trace.name, at_s, k, out[0]);
  }
}

Result<std::shared_ptr<const GlobalModel>> model_for(const ForecastArguments& a, const Grid& grid) {
  if (a.train.empty()) return load_model(a.model);
  TrainOptions options;
  options.seed = a.seed;
  options.to = instant_from_epoch_seconds(grid.start);  // nothing that is judged may be learnt from
  options.horizons.clear();
  for (int steps : a.horizons) options.horizons.push_back(std::chrono::seconds(kStep_s * steps));
  auto model = train_on(a.train, options);
  if (model && a.save_model)
    if (auto saved = (*model)->save(*a.save_model); !saved) return tl::unexpected(saved.error());
  return model;
}

Result<void> run(const ForecastArguments& a) {
  const auto grid = parse_grid(a.grid);
  if (!grid) return tl::unexpected(grid.error());
  const auto model = model_for(a, *grid);
  if (!model) return tl::unexpected(model.error());
  const auto fleet = read_fleet(a.data);
  if (!fleet) return tl::unexpected(fleet.error());
  const File file(std::fopen(a.out.c_str(), "w"));
  if (!file) return fail(ErrorCode::kFailed, fmt::format("cannot write '{}'", a.out.string()));
  Writer writer(a, PredictiveLoadEngine(*model).horizons(), file.get());
  if (!writer.complete()) return invalid("the model does not know every horizon asked for; give --train, or other --horizons");
  fmt::print(file.get(), "series_id,resource,origin_time,horizon_steps,q10,q50,q90,q95,q99,target\n");
  for (std::size_t i = 0; i < fleet->vms.size(); ++i) {
    show_progress("forecasting", static_cast<double>(i) / static_cast<double>(fleet->vms.size()));
    forecast_vm(fleet->vms[i], *grid, *model, writer);
  }
  end_progress();
  if (std::fflush(file.get()) != 0) return fail(ErrorCode::kFailed, fmt::format("cannot write '{}'", a.out.string()));
  return {};
}

}  // namespace

void add_forecast(CLI::App& app, Outcome& outcome) {
  auto a = std::make_shared<ForecastArguments>();
  CLI::App* command = app.add_subcommand("forecast", "Rolling-origin forecasts of recorded traces, as CSV");
  command->add_option("--data", a->data, "Traces to forecast")->required();
  command->add_option("--grid", a->grid, "Origins: START,STRIDE (epoch seconds, steps of 300 s)")->required();
  command->add_option("--train", a->train, "Traces to train on first (only what precedes START)");
  command->add_option("--model", a->model, "A saved model instead of the shipped one");
  command->add_option("--save-model", a->save_model, "Save the model that --train grew");
  command->add_option("--horizons", a->horizons, "Steps of 300 s, ascending")->delimiter(',')->check(CLI::Range(1, 2016));
  command->add_option("--targets", a->targets, "point, peak")->delimiter(',')->check(CLI::IsMember({"point", "peak"}));
  command->add_option("--seed", a->seed, "Seed of the training");
  command->add_option("--out", a->out, "Where to write the CSV")->required();
  command->callback([a, &outcome] {
    if (auto ok = run(*a); !ok) outcome.fail_with(ok.error());
  });
}

}  // namespace headroom::cli
