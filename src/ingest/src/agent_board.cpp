#include "headroom/ingest/agent_board.h"

#include <algorithm>

namespace headroom::ingest {

bool is_fresh(const AgentState& agent, Instant now) {
  constexpr Duration kAtLeast = std::chrono::seconds(30);
  return agent.newest && agent.sampled_at && now - *agent.sampled_at <= std::max(kAtLeast, 3 * agent.interval);
}

AgentBoard::Entry& AgentBoard::entry(const std::string& vm_uuid) {
  const auto [found, added] = agents_.try_emplace(vm_uuid);
  if (added) found->second.state.vm_uuid = vm_uuid;
  return found->second;
}

void AgentBoard::change(const std::string& vm_uuid, const std::function<void(AgentState&)>& how) {
  const std::lock_guard lock(mutex_);
  how(entry(vm_uuid).state);
}

void AgentBoard::add(const std::string& vm_uuid, const Sample& sample) {
  const std::lock_guard lock(mutex_);
  Entry& e = entry(vm_uuid);
  e.state.newest = sample;
  e.state.sampled_at = sample.at;
  if (e.untaken.size() >= kMostUntaken) e.untaken.erase(e.untaken.begin());
  e.untaken.push_back(sample);
}

std::optional<AgentState> AgentBoard::find(const std::string& vm_uuid) const {
  const std::lock_guard lock(mutex_);
  const auto found = agents_.find(vm_uuid);
  return found == agents_.end() ? std::nullopt : std::optional(found->second.state);
}

std::vector<AgentState> AgentBoard::all() const {
  std::vector<AgentState> states;
  {
    const std::lock_guard lock(mutex_);
    states.reserve(agents_.size());
    for (const auto& [uuid, e] : agents_) states.push_back(e.state);
  }
  std::sort(states.begin(), states.end(), [](const AgentState& a, const AgentState& b) { return a.vm_uuid < b.vm_uuid; });
  return states;
}

std::vector<AgentSample> AgentBoard::take_samples() {
  std::vector<AgentSample> taken;
  const std::lock_guard lock(mutex_);
  for (auto& [uuid, e] : agents_) {
    for (const Sample& s : e.untaken) taken.push_back({uuid, s});
    e.untaken.clear();
  }
  return taken;
}

void AgentBoard::forget(Instant now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(agents_, [&](const auto& a) { return !a.second.state.connected && now - a.second.state.since > kRemembered; });
}

}  // namespace headroom::ingest
