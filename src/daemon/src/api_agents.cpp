// Agents of VMs: who is connected, their join tokens, and who may not come any more.
#include "api_table.h"
#include "headroom/daemon/json.h"

namespace headroom {
namespace {

constexpr Duration kUsualLife = std::chrono::hours(1), kLongestLife = std::chrono::hours(24 * 7);

// A VM by its name, or by its UUID, which need not be there yet.
Result<std::string> vm_uuid_of(const State& state, const std::string& name) {
  std::string uuid;
  for (const Vm& vm : state.snapshot.vms) {
    if (vm.name != name) continue;
    if (!uuid.empty()) return invalid(fmt::format("two VMs are called '{}'; give the UUID of the one that is meant", name));
    uuid = vm.uuid;
  }
  if (!uuid.empty()) return uuid;
  if (identity::is_uuid(name)) return name;
  return fail(ErrorCode::kNotFound, fmt::format("no VM is called '{}'; headroom get vms lists them, and a UUID may be of a VM that is not there yet", name));
}

Error no_agents() {
  return {ErrorCode::kNotFound, "this manager listens to no agents; its fleet file has no section 'agents' (docs/ingest.md)"};
}

}  // namespace

Answer Api::agents(const Asked& asked) const {
  if (ports_.agents == nullptr) return refusal(no_agents());
  const auto all = agents_json(*asked.state, *ports_.agents);
  return all ? json_answer(*all) : refusal(all.error());
}

Result<Answer> Api::create_agent_token(const Asked& asked) const {
  if (ports_.agents == nullptr) return tl::unexpected(no_agents());
  const auto vm = vm_uuid_of(*asked.state, asked.parameter("name"));
  if (!vm) return tl::unexpected(vm.error());
  Duration lasts = kUsualLife;
  if (const std::string expires = asked.parameter("expires"); !expires.empty()) {
    const auto given = parse_duration(expires);
    if (!given) return invalid("expires: " + given.error().message);
    if (*given < Duration(1000) || *given > kLongestLife) return invalid(fmt::format("expires is {}; a join token lasts 1s to {}", expires, to_text(kLongestLife)));
    lasts = *given;
  }
  const Instant now = ports_.agents->clock.now();
  const auto token = ports_.agents->identities.make_token(*vm, lasts, now);
  if (!token) return tl::unexpected(token.error());
  return json_answer({{"vm_uuid", *vm}, {"until", to_rfc3339(now + lasts)}, {"listens_at", ports_.agents->listens_at}, {"token", *token}});
}

// A serial is 32 hexadecimal digits; anything else is a VM.
Result<Answer> Api::revoke_agent(const Asked& asked) const {
  if (ports_.agents == nullptr) return tl::unexpected(no_agents());
  const bool serial = asked.name.size() == 32 && asked.name.find_first_not_of("0123456789abcdef") == std::string::npos;
  const Instant now = ports_.agents->clock.now();
  const auto vm = serial ? Result<std::string>(asked.name) : vm_uuid_of(*asked.state, asked.name);
  if (!vm) return tl::unexpected(vm.error());
  const auto revoked = serial ? ports_.agents->identities.revoke_serial(*vm, now) : ports_.agents->identities.revoke_vm(*vm, now);
  if (!revoked) return tl::unexpected(revoked.error());
  if (ports_.agents->wake) ports_.agents->wake();
  return json_answer({{"revoked", *revoked}});
}

}  // namespace headroom
