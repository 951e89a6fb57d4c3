// One host's end of a move, over a connection that is opened again when it broke; and what a host tells of a migration's job.
//
// Threads: the worker's that follows the move. Errors: a host that does not answer is Side::kNoAnswer.
#pragma once

#include <optional>
#include <string>

#include "connection.h"
#include "migration_state.h"

namespace headroom::libvirt {

class MigrationEnd {
 public:
  MigrationEnd(std::string uri, KeepAlive keep_alive, std::string vm)
      : uri_(std::move(uri)), keep_alive_(keep_alive), vm_(std::move(vm)) {}

  Result<void> open();
  Side look();

  virConnect* connection() const { return connection_.get(); }
  virDomain* domain() const { return domain_.get(); }  // of the last look; null: none

 private:
  std::string uri_;
  KeepAlive keep_alive_;
  std::string vm_;
  Handle<virConnect> connection_;
  Handle<virDomain> domain_;
};

struct JobStats {
  int type = VIR_DOMAIN_JOB_NONE;
  unsigned long long elapsed_ms = 0, total = 0, processed = 0, remaining = 0, passes = 0;  // passes over memory
  std::optional<unsigned long long> downtime_ms{};

  bool under_way() const;
};

// Of no domain, or where there is none: type is VIR_DOMAIN_JOB_NONE.
JobStats job_of(virDomain* domain, unsigned flags);
JobStats completed_job_of(virDomain* domain);

}  // namespace headroom::libvirt
