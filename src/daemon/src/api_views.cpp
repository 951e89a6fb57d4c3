// What may be seen, from the newest State.
#include <algorithm>

#include "api_table.h"
#include "headroom/daemon/change_words.h"
#include "headroom/daemon/json.h"

namespace headroom {
namespace {

constexpr std::size_t kActionsOfOne = 50;
constexpr std::size_t kActionsDefault = 100, kActionsMost = 1000;

template <class Sorted>
auto* find_by_name(Sorted& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const Vm* find_by_uuid(const std::vector<Vm>& vms, const std::string& uuid) {
  const auto found = std::find_if(vms.begin(), vms.end(), [&](const Vm& vm) { return vm.uuid == uuid; });
  return found == vms.end() ? nullptr : &*found;
}

}  // namespace

Answer Api::status(const Asked& asked) const { return json_answer(status_json(*asked.state)); }
Answer Api::fleet(const Asked& asked) const { return json_answer(fleet_json(*asked.state)); }
Answer Api::plan(const Asked& asked) const { return json_answer(plan_json(*asked.state)); }
Answer Api::score(const Asked& asked) const { return json_answer(score_json(*asked.state)); }
Answer Api::cost(const Asked& asked) const { return json_answer(cost_json(*asked.state)); }
Answer Api::accuracy(const Asked& asked) const { return json_answer(accuracy_json(*asked.state)); }

Answer Api::vm(const Asked& asked) const {
  const State& state = *asked.state;
  const Vm* vm = find_by_name(state.snapshot.vms, asked.name);
  if (!vm) vm = find_by_uuid(state.snapshot.vms, asked.name);  // two hosts may have VMs of one name
  if (!vm) return refusal(404, "not_found", fmt::format("no VM is called '{}'; headroom get vms lists them", asked.name));
  const Instant now = state.snapshot.taken_at;
  auto samples = ports_.history.read(vm->uuid, now - Trail::kSpan + Duration(1), now + Duration(1));
  if (!samples) return refusal(500, "history", samples.error().message);
  VmDetail detail;
  detail.samples = std::move(*samples);
  detail.allocations = ports_.board.trail.allocations(vm->id);
  detail.actions = ports_.board.log.of_vm(asked.name, kActionsOfOne);
  detail.denied = ports_.board.log.denied_of(asked.name, kActionsOfOne);
  if (ports_.agents != nullptr) detail.agent = ports_.agents->board.find(vm->uuid);
  return json_answer(vm_json(state, *vm, detail));
}

Answer Api::host(const Asked& asked) const {
  const Host* host = find_by_name(asked.state->snapshot.hosts, asked.name);
  if (const UnheardHost* unheard = host ? nullptr : find_by_name(asked.state->unheard, asked.name))
    return json_answer(host_json(*asked.state, *unheard));
  if (!host) return refusal(404, "not_found", fmt::format("no host is called '{}'; headroom get hosts lists them", asked.name));
  return json_answer(host_json(*asked.state, *host, {ports_.board.trail.cpu(host->id), ports_.board.log.of_host(asked.name, kActionsOfOne)}));
}

Answer Api::actions(const Asked& asked) const {
  std::size_t limit = kActionsDefault;
  if (asked.request.query.contains("limit")) {
    const auto read = count_of(asked.parameter("limit"), "limit", kActionsDefault, kActionsMost);
    if (!read) return refusal(read.error());
    limit = *read;
  }
  return json_answer(actions_json(*asked.state, ports_.board.log.newest(limit)));
}

Answer Api::what_if(const Asked& asked) const {
  const State& state = *asked.state;
  if (state.round == 0) return refusal(503, "not_ready", "nothing is forecast before the first round; ask again in a moment");
  std::vector<std::string> texts;
  const auto [first, last] = asked.request.query.equal_range("change");
  for (auto change = first; change != last; ++change) texts.push_back(change->second);
  const auto changes = parse_changes(texts);
  if (!changes) return refusal(changes.error());
  const auto answer = headroom::what_if(state.snapshot, state.run->decides, *changes);
  return answer ? json_answer(what_if_json(state.snapshot, texts, *answer)) : refusal(answer.error());
}

}  // namespace headroom
