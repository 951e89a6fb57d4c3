#include "headroom/daemon/agent_audit.h"

#include <fmt/format.h>

namespace headroom {

Result<void> AgentAudit::joined(const std::string& from, const identity::Issued& certificate) {
  return audit_.append({"agent of " + certificate.vm_uuid, "", from, "agent join", certificate.vm_uuid,
                        fmt::format("done: certificate {} until {}", certificate.serial, to_rfc3339(certificate.until))});
}

void AgentAudit::renewed(const identity::Issued&) {
  const Instant now = clock_.now();
  if (since_ && now - *since_ >= kCountFor) tell_renewals();
  if (!since_) since_ = now;
  ++renewals_;
}

void AgentAudit::tell_renewals() {
  if (renewals_ == 0) return;
  if (!audit_.append({"headroomd", "", "", "agent renew", "", fmt::format("done: {} since {}", renewals_, to_rfc3339(*since_))})) return;
  renewals_ = 0;
  since_.reset();
}

void AgentAudit::refused(const std::string& from, const std::string& who, const std::string& wanted, const std::string& why) {
  audit_.refuse({who.empty() ? "an agent" : "agent of " + who, "", from, "agent " + wanted, who, {}}, why);
}

}  // namespace headroom
