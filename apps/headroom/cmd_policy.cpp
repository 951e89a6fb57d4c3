// headroom policy get, set: what a VM's own metadata says Headroom may do with it. It goes with the VM and is read by whichever manager runs
// it, so no manager is asked: the hosts are.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "client.h"
#include "commands.h"
#include "headroom/base/clock.h"
#include "headroom/config/format.h"
#include "headroom/fleet/live_fleet.h"
#include "headroom/libvirt/domain_metadata.h"
#include "headroom/libvirt/observer.h"

namespace headroom::cli {
namespace {

using libvirt::VmPolicy;

struct PolicyArguments {
  std::string vm, fleet, output = "table";
  std::vector<std::string> uris;
  std::optional<std::string> level, floor, ceiling, moves;
  bool clear = false;
};

Result<std::vector<std::string>> uris_of(const PolicyArguments& a) {
  if (a.fleet.empty() == a.uris.empty()) return invalid("say where the VM is to be looked for: with --fleet FLEET.yaml, or with --uri");
  if (a.fleet.empty()) return a.uris;
  auto fleet = load_live_fleet(a.fleet);
  if (!fleet) return tl::unexpected(fleet.error());
  return std::move(fleet->uris);
}

struct Found {
  std::string uri, host, name, uuid;
};

// By name or UUID, on the host where it is.
Result<Found> find_vm(const std::string& wanted, std::vector<std::string> uris) {
  libvirt::MemoryIdBook ids;
  const std::size_t hosts = uris.size();
  libvirt::Observer observer(std::move(uris), {}, std::make_shared<SystemClock>(), ids);
  const libvirt::Round round = observer.observe();
  std::vector<Found> found;
  const auto& seen = round.seen;
  for (const Vm& vm : seen.inventory.vms)
    if (vm.name == wanted || vm.uuid == wanted)
      for (std::size_t h = 0; h < seen.hosts.size(); ++h)
        if (seen.inventory.hosts[h].id == vm.host) found.push_back({seen.hosts[h].uri, seen.inventory.hosts[h].name, vm.name, vm.uuid});
  if (found.size() == 1) return found.front();
  if (found.size() > 1)
    return invalid(fmt::format("{} VMs are called '{}', on {} and {}; give a UUID: {} is one", found.size(), wanted, found[0].host, found[1].host, found[0].uuid));
  if (round.answered == hosts) return fail(ErrorCode::kNotFound, fmt::format("no VM is called '{}'", wanted));
  const std::string why = seen.troubles.empty() ? "" : ": " + seen.troubles.front();
  return fail(ErrorCode::kUnreachable, fmt::format("no VM is called '{}' on the hosts that answered, and {} of {} did not{}", wanted,
                                                   hosts - round.answered, hosts, why));
}

using Bounds = std::array<std::optional<std::int64_t>, kResourceCount>;

// "cpu=1vCPU,memory=2GiB", "none".
Result<void> read_bounds(const std::string& option, const std::string& text, Bounds& into) {
  if (text == "none") {
    into = {};
    return {};
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    const auto resource = config::resource()(part.substr(0, equals));
    if (!resource || equals == std::string::npos)
      return invalid(fmt::format("{}: '{}' is not of the form RESOURCE=AMOUNT; write cpu=2vCPU,memory=4GiB, or none", option, part));
    const auto amount = config::amount(*resource)(part.substr(equals + 1));
    if (!amount) return invalid(fmt::format("{}: {}", option, amount.error().message));
    into[index(*resource)] = *amount;
    begin = end + 1;
  }
  return {};
}

// What is not given stays as it is.
Result<VmPolicy> changed(VmPolicy policy, const PolicyArguments& a) {
  if (a.clear) policy = {};
  if (a.level) policy.level = *a.level == "fleet" ? std::nullopt : parse_automation_level(*a.level);
  if (a.moves) policy.may_move = *a.moves == "yes";
  if (a.floor)
    if (auto good = read_bounds("--floor", *a.floor, policy.floor); !good) return tl::unexpected(good.error());
  if (a.ceiling)
    if (auto good = read_bounds("--ceiling", *a.ceiling, policy.ceiling); !good) return tl::unexpected(good.error());
  for (Resource r : kAllResources)
    if (policy.floor[index(r)] && policy.ceiling[index(r)] && *policy.floor[index(r)] > *policy.ceiling[index(r)])
      return invalid(fmt::format("the floor of {} would be over its ceiling; change both, or write none", name(r)));
  return policy;
}

std::string bounds_text(const Bounds& bounds) {
  std::vector<std::string> parts;
  for (Resource r : kAllResources)
    if (bounds[index(r)]) parts.push_back(fmt::format("{} {}", name(r), to_text(r, static_cast<double>(*bounds[index(r)]))));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

nlohmann::json bounds_json(const Bounds& bounds) {
  nlohmann::json object = nlohmann::json::object();
  for (Resource r : kAllResources) object[std::string(name(r))] = bounds[index(r)] ? nlohmann::json(*bounds[index(r)]) : nlohmann::json();
  return object;
}

void print(const Found& vm, const VmPolicy& p, bool as_json) {
  if (as_json)
    return print_json({{"vm", vm.name}, {"uuid", vm.uuid}, {"host", vm.host}, {"level", p.level ? nlohmann::json(name(*p.level)) : nlohmann::json()},
                       {"floor", bounds_json(p.floor)}, {"ceiling", bounds_json(p.ceiling)}, {"moves", p.may_move}});
  fmt::print("VM:       {} on {}\nLevel:    {}\nFloor:    {}\nCeiling:  {}\nMoves:    {}\n", vm.name, vm.host, p.level ? name(*p.level) : "the fleet's",
             bounds_text(p.floor), bounds_text(p.ceiling), p.may_move ? "yes" : "no");
}

Result<void> run(const PolicyArguments& a, bool set) {
  auto uris = uris_of(a);
  if (!uris) return tl::unexpected(uris.error());
  const auto vm = find_vm(a.vm, std::move(*uris));
  if (!vm) return tl::unexpected(vm.error());
  const auto metadata = libvirt::DomainMetadata::open(vm->uri);
  if (!metadata) return tl::unexpected(metadata.error());
  auto policy = (*metadata)->policy(vm->uuid);
  if (!policy && set && a.clear) policy = VmPolicy{};  // one that cannot be read can be replaced
  if (!policy) return tl::unexpected(policy.error());
  if (set) {
    policy = changed(std::move(*policy), a);
    if (!policy) return tl::unexpected(policy.error());
    if (auto ok = (*metadata)->set_policy(vm->uuid, *policy); !ok) return ok;
  }
  print(*vm, *policy, a.output == "json");
  return {};
}

CLI::App* add_one(CLI::App& policy, Outcome& outcome, const std::string& verb, const std::string& help, std::shared_ptr<PolicyArguments> a) {
  CLI::App* command = policy.add_subcommand(verb, help);
  command->add_option("VM", a->vm, "Its name or UUID")->required();
  command->add_option("--fleet", a->fleet, "Look for it on the hosts of this fleet file");
  command->add_option("--uri", a->uris, "Look for it on this libvirt host; again for more")->allow_extra_args(false);
  command->add_option("-o,--output", a->output, "table or json")->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  command->callback([a, verb, &outcome] {
    if (const auto ok = run(*a, verb == "set"); !ok) outcome.fail_with(ok.error());
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
  set->add_option("--level", a->level, "observe, recommend or auto; fleet: as the fleet is")->check(CLI::IsMember({"observe", "recommend", "auto", "fleet"}));
  set->add_option("--floor", a->floor, "Never less: cpu=1vCPU,memory=2GiB; none: no floor");
  set->add_option("--ceiling", a->ceiling, "Never more: cpu=8vCPU,memory=32GiB; none: no ceiling");
  set->add_option("--moves", a->moves, "yes, or no: it stays on its host")->check(CLI::IsMember({"yes", "no"}));
  set->add_flag("--clear", a->clear, "Forget the policy it has first");
  policy->footer("A running headroomd sees the change in its next round. docs/libvirt.md has the element.");
}

}  // namespace headroom::cli
