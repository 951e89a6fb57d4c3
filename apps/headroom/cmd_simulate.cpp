// headroom simulate: runs a recorded fleet on a simulated pool under a policy, or the published consolidation experiment, and
// reports what it came to.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "client.h"
#include "cloudsim.h"
#include "commands.h"
#include "given_constraints.h"
#include "given_rules.h"
#include "headroom/base/whole_file.h"
#include "headroom/consolidation/experiment.h"
#include "headroom/sim/replay.h"
#include "headroom/sim/report_table.h"
#include "traces.h"

namespace headroom::cli {
namespace {

struct SimulateArguments {
  std::filesystem::path scenario;
  std::string policy = "headroom", view = "elastic", window;
  std::vector<std::filesystem::path> traces, train;
  std::optional<std::filesystem::path> model, save_model, rules, constraints;
  std::optional<std::size_t> sweep;
  std::uint64_t seed = 1;
  std::size_t threads = 2;
  std::filesystem::path report;
  std::string output = "table";
  bool uncensored = false;
  std::optional<double> overcommit;
  CloudsimArguments cloudsim;
};

std::vector<std::string> all_policy_names() {
  std::vector<std::string> names = policy_names();
  for (const std::string& name : consolidation_policy_names())
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

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
  if (auto good = put_constraints(a.constraints, *scenario); !good) return tl::unexpected(good.error());
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

Result<void> run_fleet(const SimulateArguments& a) {
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
  std::optional<WholeFile> report;
  if (!a.report.empty()) {
    auto opened = WholeFile::open(a.report);
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
  for (const std::string& what : vain_constraints(**world)) fmt::print(stderr, "constraints: {}\n", what);
  const nlohmann::json json = a.sweep ? to_json(points) : to_json(points.front());
  if (a.output == "json") {
    print_json(json);
  } else {
    fmt::print("{}", report_table(points));
    print_notes(*rules, points);
  }
  if (a.save_model && options.model && !a.train.empty())
    if (auto saved = options.model->save(*a.save_model); !saved) return saved;
  if (!report) return {};
  report->write(json.dump(1) + '\n');
  return report->commit();
}

// The first option given that is only for the other kind of run, as it is written.
std::optional<std::string> out_of_place(const CLI::App& command, bool cloudsim) {
  static const std::vector<std::string> kOfBoth{"--help", "--policy", "--report", "--output"};
  static const std::vector<std::string> kOfCloudsim{"--cloudsim", "--no-vm-deaths", "--enforce-ram"};
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_positional() ? "a scenario" : "--" + option->get_lnames().front();
    if (option->count() > 0 && !has(kOfBoth, name) && has(kOfCloudsim, name) != cloudsim) return name;
  }
  return std::nullopt;
}

Result<void> run(const SimulateArguments& a, const CLI::App& command) {
  const bool cloudsim = !a.cloudsim.day.empty();
  if (const auto option = out_of_place(command, cloudsim))
    return invalid(*option + (cloudsim ? " does not go with --cloudsim; leave it out" : " goes with --cloudsim only"));
  if (cloudsim) return run_cloudsim(a.cloudsim, a.policy, a.output == "json", a.report);
  if (a.scenario.empty()) return invalid("nothing to simulate; name a scenario file, or a PlanetLab day with --cloudsim");
  if (const auto& names = policy_names(); std::find(names.begin(), names.end(), a.policy) == names.end())
    return invalid(fmt::format("--policy {} goes with --cloudsim only", a.policy));
  return run_fleet(a);
}

}  // namespace

void add_simulate(CLI::App& app, Outcome& outcome) {
  auto a = std::make_shared<SimulateArguments>();
  CLI::App* command = app.add_subcommand("simulate", "Run a recorded fleet on a simulated pool and report the outcome");
  command->add_option("scenario", a->scenario, "Scenario file (YAML)");
  command->add_option("--policy", a->policy, "Who decides")->check(CLI::IsMember(all_policy_names()))->capture_default_str();
  command->add_option("--view", a->view, "vertical: only the VM's own limits; elastic: hosts start and stop; fixed: they do not")
      ->check(CLI::IsMember({"vertical", "elastic", "fixed"}))->capture_default_str();
  command->add_option("--sweep", a->sweep, "Run every setting of the policy, or N of them")->expected(0, 1)->default_str("0");
  command->add_option("--traces", a->traces, "Trace files or directories instead of the scenario's");
  command->add_option("--train", a->train, "Traces the model may learn from (only what precedes the window)");
  command->add_option("--model", a->model, "A saved model instead of the shipped one");
  command->add_option("--save-model", a->save_model, "Save the model that --train grew");
  command->add_option("--rules", a->rules, "Rules file (policy headroom): it governs the resources it names");
  command->add_option("--constraints", a->constraints, "Constraints on where VMs may be, for every policy; instead of the scenario's");
  command->add_option("--window", a->window, "Count only START,END (UTC, END excluded)");
  command->add_option("--seed", a->seed, "Seed of everything random")->capture_default_str();
  command->add_option("--threads", a->threads, "Settings of a sweep run side by side")->check(CLI::Range(1, 256))->capture_default_str();
  command->add_option("--overcommit", a->overcommit, "CPU overcommit of the hosts instead of the scenario's")->check(CLI::Range(0.1, 16.0));
  command->add_flag("--uncensored", a->uncensored, "Samples show demand, not what was delivered (to compare with studies)");
  command->add_option("--report", a->report, "Write the report as JSON");
  command->add_option("-o,--output", a->output, "Format: table or json")
      ->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  command->add_option("--cloudsim", a->cloudsim.day,
                      "Instead of a scenario: the published consolidation experiment on this PlanetLab day (table vm,s0,...,s287);\n"
                      "policies thr-mmt, lr-mmt, headroom");
  command->add_flag("--no-vm-deaths", a->cloudsim.no_vm_deaths, "With --cloudsim: VMs that ask for nothing stay");
  command->add_flag("--enforce-ram", a->cloudsim.enforce_ram, "With --cloudsim: hosts' memory is a limit all day");
  command->footer("A scenario or --cloudsim is required. docs/planner.md and docs/consolidation.md say what the figures mean.");
  command->callback([a, command, &outcome] {
    if (auto ok = run(*a, *command); !ok) outcome.fail_with(ok.error());
  });
}

}  // namespace headroom::cli
