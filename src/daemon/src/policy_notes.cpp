#include "headroom/daemon/policy_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/model/find.h"

namespace headroom {
namespace {

constexpr std::string_view kDone = "done: ", kSeen = "seen: ";
// Of a change over the API: a round that began before it ended may still have seen what was, or what is to be before the log has it.
constexpr Duration kSettles = std::chrono::minutes(1);

std::string words_in(const access::AuditRecord& record) { return record.entry.outcome.substr(kDone.size()); }   // both are as long

}  // namespace

static_assert(kDone.size() == kSeen.size());

std::string policy_target(const std::string& vm, const std::string& uuid) { return fmt::format("{} {}", vm, uuid); }

std::string policy_words(const libvirt::VmPolicy& policy) {
  std::string words = in_words(policy);
  return words.empty() ? "no policy of its own" : words;
}

// The newest entries, read anew when a VM's policy is not the one that was known.
struct PolicyNotes::Log {
  std::vector<access::AuditRecord> standing, changes;   // changes: over the API, asked for; not those that were refused, which anybody can have written

  static const access::AuditRecord* find(const std::vector<access::AuditRecord>& records, const std::string& target) {
    const auto found = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.entry.target == target; });
    return found == records.end() ? nullptr : &*found;
  }
};

bool PolicyNotes::recall() {
  if (recalled_) return true;
  const auto last = audit_->newest_by_target(kPolicyAction, {kDone, kSeen});
  if (!last) return false;
  for (const access::AuditRecord& r : *last) noted_[r.entry.target] = words_in(r);
  return recalled_ = true;
}

// By whoever changed it, or they are about to put it there.
bool PolicyNotes::is_in_the_log(const std::string& target, const std::string& words, const Log& log, Instant now) {
  if (const auto* stands = Log::find(log.standing, target); stands != nullptr && words_in(*stands) == words) {
    noted_[target] = words;
    return true;
  }
  const auto* newest = Log::find(log.changes, target);
  return newest != nullptr && now - newest->at < kSettles;
}

void PolicyNotes::look(const libvirt::Observation& seen, Instant now) {
  if (!recall()) return;
  std::optional<Log> log;
  for (std::size_t i = 0; i < seen.vms.size(); ++i) {
    const Vm& vm = seen.inventory.vms[i];
    const std::string target = policy_target(vm.name, vm.uuid), words = policy_words(seen.vms[i].domain->policy);
    const auto noted = noted_.find(target);
    if (noted == noted_.end() ? words == policy_words({}) : noted->second == words) continue;
    if (!log) {
      auto standing = audit_->newest_by_target(kPolicyAction, {kDone, kSeen}), changes = audit_->newest_by_target(kPolicyAction, {"allowed", "done", "failed"});
      if (!standing || !changes) return;
      log = Log{std::move(*standing), std::move(*changes)};
    }
    if (is_in_the_log(target, words, *log, now)) continue;
    const Host* host = find_by_id(seen.inventory.hosts, vm.host);
    if (audit_->append({"somebody on its host", "", host == nullptr ? std::string() : host->name, kPolicyAction, target, std::string(kSeen) + words}))
      noted_[target] = words;
  }
}

}  // namespace headroom
