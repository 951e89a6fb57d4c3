// headroom observe: what libvirt hosts and the VMs on them are and do, whether each can be moved and scaled, and why not. It changes
// nothing.
#include <fmt/format.h>

#include "client.h"
#include "commands.h"
#include "headroom/base/stop.h"
#include "observed.h"
#include "table.h"

namespace headroom::cli {
namespace {

struct ObserveArguments {
  std::vector<std::string> uris, shared_paths, shared_networks, owners;
  std::string deadline = "5s", every = "10s", output = "table";
  std::size_t rounds = 1;
};

Result<libvirt::ObserverOptions> options_of(const ObserveArguments& a) {
  libvirt::ObserverOptions options;
  const auto deadline = parse_duration(a.deadline);
  if (!deadline || *deadline == Duration{}) return invalid(fmt::format("--deadline: '{}' is not a duration above 0; write 5s", a.deadline));
  options.deadline = *deadline;
  options.site.shared_paths = a.shared_paths;
  options.site.shared_networks = a.shared_networks;
  for (const std::string& given : a.owners) {
    const std::size_t equals = given.find('=');
    if (equals == 0 || equals == std::string::npos)
      return invalid(fmt::format("--owner: '{}' is not of the form GLOB=NAME; write 'ha-*=Pacemaker'", given));
    options.site.owners.emplace_back(given.substr(0, equals), given.substr(equals + 1));
  }
  return options;
}

void print(const libvirt::Round& round, bool as_json) {
  if (as_json) return print_json(observed_json(round));
  fmt::print("{}", observed_text(round.seen));
  std::fflush(stdout);
  for (const std::string& trouble : round.seen.troubles) fmt::print(stderr, "headroom: {}\n", harmless(trouble));
}

void run(const ObserveArguments& a, Outcome& outcome) {
  const auto options = options_of(a);
  if (!options) return outcome.fail_with(options.error());
  const auto every = parse_duration(a.every);
  if (!every) return outcome.fail_with({ErrorCode::kInvalid, "--every: " + every.error().message});
  Stop stop;
  const OnTermination signals(stop);
  libvirt::MemoryIdBook ids;
  libvirt::Observer observer(a.uris, *options, std::make_shared<SystemClock>(), ids);
  for (std::size_t round = 0; round < a.rounds; ++round) {
    if (round > 0 && stop.wait_for(*every)) break;
    if (round > 0 && a.output == "table") fmt::print("\n");
    const libvirt::Round seen = observer.observe();
    print(seen, a.output == "json");
    outcome.exit_code = seen.answered == a.uris.size() ? 0 : exit_code(ErrorCode::kUnreachable);
  }
}

}  // namespace

void add_observe(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("observe", "Show libvirt hosts and their VMs: what they do, what can be moved and scaled, why not");
  auto a = std::make_shared<ObserveArguments>();
  command->add_option("--uri", a->uris, "A libvirt URI (qemu:///system, qemu+tls://host/system, ...); again for more hosts")
      ->required()->allow_extra_args(false);
  command->add_option("--shared-path", a->shared_paths, "A folder that is the same on all hosts (an NFS mount, a SAN); again for more")
      ->allow_extra_args(false);
  command
      ->add_option("--shared-network", a->shared_networks, "A network or bridge that all hosts have, where libvirt does not tell; again for more")
      ->allow_extra_args(false);
  command->add_option("--owner", a->owners, "GLOB=NAME: who manages VMs of such names; without NAME: nobody else; again for more")
      ->allow_extra_args(false);
  command->add_option("--deadline", a->deadline, "How long a round waits for hosts")->capture_default_str();
  command->add_option("--rounds", a->rounds, "How often to look; rates are there from the second time on")->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--every", a->every, "Time between two rounds")->capture_default_str();
  command->add_option("-o,--output", a->output, "table or json (an object a round)")
      ->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  command->footer("Nothing is changed. Exit code 5 when a host did not answer in the last round. docs/libvirt.md says what is looked at.");
  command->callback([a, &outcome] { run(*a, outcome); });
}

}  // namespace headroom::cli
