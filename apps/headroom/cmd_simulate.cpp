// headroom simulate: runs a recorded fleet on a simulated pool under a policy, and reports what it came to.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "given_rules.h"
#include "headroom/sim/replay.h"
#include "headroom/sim/report_table.h"
#include "output_file.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct SimulateArguments {
  std::filesystem::path scenario;
  std::string policy = "headroom", view = "elastic", window;
  std::vector<std::filesystem::path> traces, train;
  std::optional<std::filesystem::path> model, save_model, rules;
  std::optional<std::size_t> sweep;
  std::uint64_t seed = 1;
  std::size_t threads = 2;
  std::filesystem::path report;
  bool uncensored = false;
  std::optional<double> overcommit;
};

void print_notes(const GivenRules& rules, const std::vector<Report>& points) {
  if (rules.given()) fmt::print("under the rules of {}\n", rules.name());
  for (const Report& r : points)
    if (r.alerts != 0 || r.recommended_actions != 0)
      fmt::print("{}: {} alerts, {} actions recommended and not done\n", r.setting, r.alerts, r.recommended_actions);
}

void put_rules(const GivenRules& given, std::vector<Contender>& contenders) {
  for (Contender& c : contenders) {
    c.policy.rules = given.rules();
    c.setting += fmt::format(", {}", given.name());
  }
}

Result<std::shared_ptr<const World>> world_of(const SimulateArguments& a) {
  auto scenario = load_scenario(a.scenario);
  if (!scenario) return tl::unexpected(scenario.error());
  scenario->timings.report_demand = scenario->timings.report_demand || a.uncensored;
  if (a.overcommit) scenario->overcommit[index(Resource::kCpu)] = *a.overcommit;
  std::optional<Window> window;
  if (!a.window.empty()) {
    const auto parsed = parse_window(a.window);
    if (!parsed) return tl::unexpected(parsed.error());
    window = *parsed;
  }
  return load_world(std::move(*scenario), a.traces, window, *parse_view(a.view));
}

Result<std::shared_ptr<const GlobalModel>> model_for(const SimulateArguments& a, const World& world) {
  if (a.train.empty()) return load_model(a.model);
  TrainOptions options;
  options.to = world.window.begin;  // nothing of what is judged, or later, may be learnt from
  options.threads = static_cast<int>(a.threads);
  options.seed = a.seed;
  return train_on(a.train, options);
}

Result<void> run(const SimulateArguments& a) {
  const auto rules = GivenRules::load(a.rules, a.policy);
  if (!rules) return tl::unexpected(rules.error());
  const auto world = world_of(a);
  if (!world) return tl::unexpected(world.error());
  std::vector<Contender> contenders;
  if (a.sweep) contenders = sweep_contenders(a.policy, **world, *a.sweep);
  else contenders.push_back(*default_contender(a.policy, **world));

  ReplayOptions options;
  options.seed = a.seed;
  options.threads = a.threads;
  if (contenders.front().sight == Sight::kModel) {
    auto model = model_for(a, **world);
    if (!model) return tl::unexpected(model.error());
    options.model = *model;
    if (auto good = rules->fit(horizons_of((*world)->scenario, model->get())); !good) return good;
    if (rules->given()) put_rules(*rules, contenders);
  }
  const std::string label = fmt::format("{}: {} VMs, {} steps", a.policy, (*world)->vms.size(), (*world)->rounds());
  options.progress = [&](std::size_t done, std::size_t all) {
    show_progress(label, static_cast<double>(done) / static_cast<double>(all));
    return true;
  };
  std::optional<OutputFile> report;
  if (!a.report.empty()) {
    auto opened = OutputFile::open(a.report);
    if (!opened) return tl::unexpected(opened.error());
    report.emplace(std::move(*opened));
  }
  std::vector<Report> points;
  if (a.sweep) {
    auto curve = sweep(**world, contenders, options);
    if (!curve) return tl::unexpected(curve.error());
    points = std::move(*curve);
  } else {
    auto one = replay(**world, contenders.front(), options);
    if (!one) return tl::unexpected(one.error());
    points.push_back(std::move(*one));
  }
  end_progress();
  for (const std::string& why : (*world)->left_out) fmt::print(stderr, "left out: {}\n", why);
  fmt::print("{}", report_table(points));
  print_notes(*rules, points);
  if (a.save_model && options.model && !a.train.empty())
    if (auto saved = options.model->save(*a.save_model); !saved) return saved;
  if (!report) return {};
  report->write((a.sweep ? to_json(points) : to_json(points.front())).dump(1) + '\n');
  return report->commit();
}

}  // namespace

void add_simulate(CLI::App& app, Outcome& outcome) {
  auto a = std::make_shared<SimulateArguments>();
  CLI::App* command = app.add_subcommand("simulate", "Run a recorded fleet on a simulated pool and report the outcome");
  command->add_option("scenario", a->scenario, "Scenario file (YAML)")->required();
  command->add_option("--policy", a->policy, "Who decides")->check(CLI::IsMember(policy_names()))->capture_default_str();
  command->add_option("--view", a->view, "vertical: only the VM's own limits; elastic: hosts start and stop; fixed: they do not")
      ->check(CLI::IsMember({"vertical", "elastic", "fixed"}))->capture_default_str();
  command->add_option("--sweep", a->sweep, "Run every setting of the policy, or N of them")->expected(0, 1)->default_str("0");
  command->add_option("--traces", a->traces, "Trace files or directories instead of the scenario's");
  command->add_option("--train", a->train, "Traces the model may learn from (only what precedes the window)");
  command->add_option("--model", a->model, "A saved model instead of the shipped one");
  command->add_option("--save-model", a->save_model, "Save the model that --train grew");
  command->add_option("--rules", a->rules, "Rules file (policy headroom): it governs the resources it names");
  command->add_option("--window", a->window, "Count only START,END (UTC, END excluded)");
  command->add_option("--seed", a->seed, "Seed of everything random")->capture_default_str();
  command->add_option("--threads", a->threads, "Settings of a sweep run side by side")->check(CLI::Range(1, 256))->capture_default_str();
  command->add_option("--overcommit", a->overcommit, "CPU overcommit of the hosts instead of the scenario's")->check(CLI::Range(0.1, 16.0));
  command->add_flag("--uncensored", a->uncensored, "Samples show demand, not what was delivered (to compare with studies)");
  command->add_option("--report", a->report, "Write the report as JSON");
  command->callback([a, &outcome] {
    if (auto ok = run(*a); !ok) outcome.fail_with(ok.error());
  });
}

}  // namespace headroom::cli
