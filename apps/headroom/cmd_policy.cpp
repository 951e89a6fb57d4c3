// headroom policy get, set: what a VM's own metadata says Headroom may do with it. A running manager is asked, who writes down who changed
// it; or, with --fleet or --uri, the hosts themselves: the metadata goes with the VM and is read by whichever manager runs it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "client.h"
#include "commands.h"
#include "headroom/base/clock.h"
#include "headroom/base/one_line.h"
#include "headroom/daemon/json.h"
#include "headroom/fleet/live_fleet.h"
#include "headroom/libvirt/observer.h"
#include "headroom/libvirt/policy_desk.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

struct PolicyArguments {
  std::string vm, fleet;
  std::vector<std::string> uris;
  libvirt::PolicyChange change;

  bool by_hosts() const { return !fleet.empty() || !uris.empty(); }
};

Result<std::vector<std::string>> uris_of(const PolicyArguments& a) {
  if (!a.fleet.empty() && !a.uris.empty()) return invalid("say where the VM is to be looked for: with --fleet FLEET.yaml, or with --uri");
  if (a.fleet.empty()) return a.uris;
  auto fleet = load_live_fleet(a.fleet);
  if (!fleet) return tl::unexpected(fleet.error());
  return std::move(fleet->uris);
}

// On the host where it is.
Result<libvirt::VmPlace> find_vm(const std::string& wanted, std::vector<std::string> uris) {
  libvirt::MemoryIdBook ids;
  const std::size_t hosts = uris.size();
  libvirt::Observer observer(std::move(uris), {}, std::make_shared<SystemClock>(), ids);
  const libvirt::Round round = observer.observe();
  auto found = libvirt::find_place(libvirt::places_of(round.seen), wanted);
  if (found || found.error().code != ErrorCode::kNotFound || round.answered == hosts) return found;
  const std::string why = round.seen.troubles.empty() ? "" : ": " + round.seen.troubles.front();
  return fail(ErrorCode::kUnreachable, fmt::format("no VM is called '{}' on the hosts that answered, and {} of {} did not{}", wanted,
                                                   hosts - round.answered, hosts, why));
}

Result<json> ask_hosts(const PolicyArguments& a, bool set) {
  auto uris = uris_of(a);
  if (!uris) return tl::unexpected(uris.error());
  const auto vm = find_vm(a.vm, std::move(*uris));
  if (!vm) return tl::unexpected(vm.error());
  const auto metadata = libvirt::DomainMetadata::open(vm->uri);
  if (!metadata) return tl::unexpected(metadata.error());
  auto policy = set ? libvirt::change_policy(**metadata, vm->uuid, a.change) : (*metadata)->policy(vm->uuid);
  if (!policy) return tl::unexpected(policy.error());
  return policy_json({*vm, std::move(*policy)});
}

Result<json> ask_manager(const ServerOptions& options, const PolicyArguments& a, bool set) {
  const std::string path = fmt::format("vms/{}/policy", escaped(a.vm));
  if (!set) return Client(options).get(path);
  std::vector<std::string> wishes;
  const auto wish = [&](const char* key, const std::optional<std::string>& value) {
    if (value) wishes.push_back(fmt::format("{}={}", key, escaped(*value)));
  };
  wish("level", a.change.level);
  wish("floor", a.change.floor);
  wish("ceiling", a.change.ceiling);
  wish("moves", a.change.moves);
  if (a.change.clear) wishes.emplace_back("clear=yes");
  return Client(options).post(fmt::format("{}?{}", path, fmt::join(wishes, "&")));
}

std::string bounds_text(const json& bounds) {
  std::vector<std::string> parts;
  for (Resource r : kAllResources)
    if (const json& amount = bounds.at(std::string(name(r))); amount.is_number()) parts.push_back(fmt::format("{} {}", name(r), to_text(r, amount.get<double>())));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string text_of(const json& p) {
  return fmt::format("VM:       {} on {}\nLevel:    {}\nFloor:    {}\nCeiling:  {}\nMoves:    {}\n", harmless(p.at("vm")), harmless(p.at("host")),
                     p.at("level").is_string() ? harmless(p.at("level")) : "the fleet's", bounds_text(p.at("floor")), bounds_text(p.at("ceiling")),
                     p.at("moves").get<bool>() ? "yes" : "no");
}

CLI::App* add_one(CLI::App& policy, Outcome& outcome, const std::string& verb, const std::string& help, const std::shared_ptr<PolicyArguments>& a) {
  CLI::App* command = policy.add_subcommand(verb, help);
  const bool set = verb == "set";
  command->add_option("VM", a->vm, "Its name or UUID")->required();
  const auto options = set ? add_change_options(*command) : add_server_options(*command);
  auto* fleet = command->add_option("--fleet", a->fleet, "Ask no manager, but the hosts of this fleet file");
  auto* uri = command->add_option("--uri", a->uris, "Ask no manager, but this libvirt host; again for more")->allow_extra_args(false);
  for (const char* of_a_manager : {"--server", "--socket", "--token-file", "--cert", "--key", "--ca"}) {
    fleet->excludes(command->get_option(of_a_manager));
    uri->excludes(command->get_option(of_a_manager));
  }
  command->callback([a, options, set, &outcome] {
    const auto policy = a->by_hosts() ? ask_hosts(*a, set) : ask_manager(*options, *a, set);
    if (!policy) return outcome.fail_with(policy.error());
    show(*options, *policy, [&] { return text_of(*policy); }, outcome);
  });
  return command;
}

}  // namespace

void add_policy(CLI::App& app, Outcome& outcome) {
  CLI::App* policy = app.add_subcommand("policy", "A VM's own policy, in its libvirt metadata: what may be done with it");
  policy->require_subcommand(1);
  add_one(*policy, outcome, "get", "Show it", std::make_shared<PolicyArguments>());
  auto a = std::make_shared<PolicyArguments>();
  CLI::App* set = add_one(*policy, outcome, "set", "Change what is given, and show what stands", a);
  set->add_option("--level", a->change.level, "observe, recommend or auto; fleet: as the fleet is")->check(CLI::IsMember({"observe", "recommend", "auto", "fleet"}));
  set->add_option("--floor", a->change.floor, "Never less: cpu=1vCPU,memory=2GiB; none: no floor");
  set->add_option("--ceiling", a->change.ceiling, "Never more: cpu=8vCPU,memory=32GiB; none: no ceiling");
  set->add_option("--moves", a->change.moves, "yes, or no: it stays on its host")->check(CLI::IsMember({"yes", "no"}));
  set->add_flag("--clear", a->change.clear, "Forget the policy it has first");
  policy->footer("It counts from the manager's next round on. docs/libvirt.md has the element.");
}

}  // namespace headroom::cli
