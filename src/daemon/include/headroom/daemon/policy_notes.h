// Puts into the audit log what VMs' own policies are changed to. They are in the VMs' metadata, where anybody may change them who may on
// the host: no manager is asked, so that who it was is not known, but that it was is seen in the next round; of what was changed while no
// manager ran, in the first. What was changed over the API (api_policy.cpp) has its entries already, under the same name, and is not noted
// again: that is looked up in the log.
//
//   PolicyNotes notes(audit);
//   ... after each round: notes.look(pool.last_round().seen, now);
//
// Threads: one caller at a time. Ownership: borrows the log. Errors: none; what cannot be written is tried again with the next round.
#pragma once

#include <string>
#include <unordered_map>

#include "headroom/access/audit_log.h"
#include "headroom/libvirt/census.h"

namespace headroom {

inline constexpr const char* kPolicyAction = "policy";   // of all entries about VMs' policies
// What such an entry is about, and what it says stands from then on.
std::string policy_target(const std::string& vm, const std::string& uuid);
std::string policy_words(const libvirt::VmPolicy& policy);

class PolicyNotes {
 public:
  explicit PolicyNotes(access::AuditLog& audit) : audit_(&audit) {}
  void look(const libvirt::Observation& seen, Instant now);

 private:
  struct Log;
  bool recall();
  bool is_in_the_log(const std::string& target, const std::string& words, const Log& log, Instant now);

  access::AuditLog* audit_;
  bool recalled_ = false;
  std::unordered_map<std::string, std::string> noted_;   // what stands by the log, by target
};

}  // namespace headroom
