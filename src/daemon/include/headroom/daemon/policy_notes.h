// Puts into the audit log what VMs' own policies are changed to. They are in the VMs' metadata, where anybody may change them who may on
// the host: no manager is asked, so that who it was is not known, but that it was is seen in the next round; of what was changed while no
// manager ran, in the first.
//
//   PolicyNotes notes(audit);
//   ... after each round: notes.look(pool.last_round().seen);
//
// Threads: one caller at a time. Ownership: borrows the log. Errors: none; what cannot be written is tried again with the next round.
#pragma once

#include <string>
#include <unordered_map>

#include "headroom/access/audit_log.h"
#include "headroom/libvirt/census.h"

namespace headroom {

class PolicyNotes {
 public:
  explicit PolicyNotes(access::AuditLog& audit) : audit_(&audit) {}
  void look(const libvirt::Observation& seen);

 private:
  bool recall();

  access::AuditLog* audit_;
  bool recalled_ = false;
  std::unordered_map<std::string, std::string> noted_;   // what is in the log last, by target
};

}  // namespace headroom
