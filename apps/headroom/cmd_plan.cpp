// headroom plan: what is planned now, and what would be if hosts or load were added or taken away; by a running headroomd, or
// for a recorded fleet at a given time.
#include <fmt/format.h>

#include <algorithm>

#include "client.h"
#include "commands.h"
#include "headroom/daemon/change_words.h"
#include "headroom/sim/contender.h"
#include "offline_plan.h"
#include "plan_text.h"

namespace headroom::cli {
namespace {

constexpr std::size_t kLongestPath = 8000;  // the manager reads 8 KiB

struct PlanArguments {
  std::vector<std::string> changes;
  OfflinePlanArguments offline;
};

Result<nlohmann::json> ask_manager(const ServerOptions& server, const std::vector<std::string>& changes) {
  const Client client(server);
  if (changes.empty()) return client.get("plan");
  std::string path = "what-if";
  for (std::size_t i = 0; i < changes.size(); ++i) path += (i == 0 ? "?change=" : "&change=") + escaped(changes[i]);
  if (path.size() > kLongestPath) return invalid("--what-if: the changes are too long together for one request; ask with fewer");
  return client.get(path);
}

// The first option given that is only for the other way of asking.
Result<void> check_place(const CLI::App& command, bool offline) {
  static const std::vector<std::string> kOfManager{"--server", "--socket"};
  static const std::vector<std::string> kOfScenario{"--at", "--traces", "--policy", "--view", "--model", "--rules", "--constraints", "--seed"};
  for (const std::string& name : offline ? kOfManager : kOfScenario)
    if (command.get_option(name)->count() > 0)
      return invalid(offline ? name + " does not go with a scenario; leave one of them out"
                             : name + " goes with a scenario only; name its file, or leave it out to ask headroomd");
  return {};
}

Result<nlohmann::json> answer(const PlanArguments& a, const ServerOptions& server, const CLI::App& command) {
  const bool offline = !a.offline.scenario.empty();
  if (auto good = check_place(command, offline); !good) return tl::unexpected(good.error());
  if (const auto good = parse_changes(a.changes); !good) return invalid("--what-if: " + good.error().message);
  return offline ? offline_plan(a.offline, a.changes) : ask_manager(server, a.changes);
}

void run(const PlanArguments& a, const ServerOptions& server, const CLI::App& command, Outcome& outcome) {
  const auto told = answer(a, server, command);
  if (!told) return outcome.fail_with(told.error());
  show(server, *told, [&] { return a.changes.empty() ? plan_now_text(*told) : what_if_text(*told); }, outcome);
}

}  // namespace

void add_plan(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("plan", "Show what is planned now, or would be if the fleet were another");
  auto a = std::make_shared<PlanArguments>();
  const auto server = add_server_options(*command);
  OfflinePlanArguments& offline = a->offline;
  command->add_option("scenario", offline.scenario, "Scenario file (YAML) to replay instead of asking headroomd");
  command->add_option("--what-if", a->changes, "A change to the fleet, as below; again for more, they apply in their order")
      ->allow_extra_args(false);
  command->add_option("--at", offline.at, "With a scenario: the moment, a time in UTC");
  command->add_option("--traces", offline.traces, "With a scenario: trace files or directories instead of its own");
  command->add_option("--policy", offline.policy, "With a scenario: who decides")->check(CLI::IsMember(policy_names()))->capture_default_str();
  command->add_option("--view", offline.view, "With a scenario: elastic: hosts start and stop; fixed: they do not; vertical: only the VM's own limits")
      ->check(CLI::IsMember({"vertical", "elastic", "fixed"}))->capture_default_str();
  command->add_option("--model", offline.model, "With a scenario: a saved model instead of the shipped one");
  command->add_option("--constraints", offline.constraints, "With a scenario: constraints on where VMs may be");
  command->add_option("--rules", offline.rules, "With a scenario: rules file (policy headroom)");
  command->add_option("--seed", offline.seed, "With a scenario: seed of everything random")->capture_default_str();
  command->footer(
      "Changes:\n"
      "  lose-host=NAME                     its VMs have to start elsewhere\n"
      "  drain-host=NAME                    its VMs move away live\n"
      "  add-host=NAME or TYPE[:COUNT]      like a host there is, or the first of a type\n"
      "  load=+30%[:VMS][:RESOURCES]        demand; VMS a glob (web*), RESOURCES like cpu,memory; none: all\n"
      "  new-vm=NAME[:COUNT]                like a VM there is\n"
      "  new-vm=cpu=4,memory=8GiB[:COUNT]   of a size\n"
      "Nothing is done. docs/what-if.md says how the answer is found.");
  command->callback([a, server, command, &outcome] { run(*a, *server, *command, outcome); });
}

}  // namespace headroom::cli
