// Which agents were let in and which were not, in the audit log. A certificate by a token has an entry each, on the disk before the agent
// has it; renewals, which every agent has some of a day and which give nobody anything new, are counted, an entry an hour.
//
// Threads: as the port. Ownership: borrows log and clock. Errors: as the port; a count that cannot be written goes on.
#pragma once

#include <optional>

#include "headroom/access/audit_log.h"
#include "headroom/ingest/witness.h"

namespace headroom {

class AgentAudit final : public ingest::Witness {
 public:
  static constexpr Duration kCountFor = std::chrono::hours(1);

  AgentAudit(access::AuditLog& audit, const Clock& clock) : audit_(audit), clock_(clock) {}
  ~AgentAudit() override { tell_renewals(); }

  Result<void> joined(const std::string& from, const identity::Issued& certificate) override;
  void renewed(const identity::Issued& certificate) override;
  void refused(const std::string& from, const std::string& who, const std::string& wanted, const std::string& why) override;

 private:
  void tell_renewals();

  access::AuditLog& audit_;
  const Clock& clock_;
  std::uint64_t renewals_ = 0;
  std::optional<Instant> since_;   // the first of them
};

}  // namespace headroom
