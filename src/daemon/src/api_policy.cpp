// VMs' own policies: what is in their metadata, and changes of it.
#include "api_table.h"
#include "headroom/daemon/json.h"
#include "headroom/daemon/policy_notes.h"

namespace headroom {
namespace {

Error no_policies() {
  return {ErrorCode::kNotFound, "the VMs of a replay have no policies of their own; those of a live fleet have them in their metadata (docs/libvirt.md)"};
}

libvirt::PolicyChange change_in(const std::multimap<std::string, std::string>& query) {
  const auto given = [&](const char* key) {
    const auto found = query.find(key);
    return found == query.end() ? std::optional<std::string>() : found->second;
  };
  return {given("clear") == "yes", given("level"), given("floor"), given("ceiling"), given("moves")};
}

}  // namespace

Answer Api::policy(const Asked& asked) const {
  if (ports_.policies == nullptr) return refusal(no_policies());
  const auto found = ports_.policies->get(asked.name);
  return found ? json_answer(policy_json(*found)) : refusal(found.error());
}

// A name that no VM has stands in the log as it was given.
Api::About Api::about_policy(const Asked& asked) const {
  const std::string wish = in_words(change_in(asked.request.query));
  if (ports_.policies == nullptr) return {asked.name, wish};
  const auto place = ports_.policies->find(asked.name);
  return {place ? policy_target(place->vm, place->uuid) : asked.name, wish};
}

Result<Answer> Api::set_policy(const Asked& asked) const {
  if (ports_.policies == nullptr) return tl::unexpected(no_policies());
  const libvirt::PolicyChange change = change_in(asked.request.query);
  if (change.empty()) return invalid("say what is to change: level, floor, ceiling, moves, or clear=yes (docs/api.md)");
  const auto stands = ports_.policies->change(asked.name, change);
  if (!stands) return tl::unexpected(stands.error());
  Answer answer = json_answer(policy_json(*stands));
  answer.done = policy_words(stands->policy);
  return answer;
}

}  // namespace headroom
