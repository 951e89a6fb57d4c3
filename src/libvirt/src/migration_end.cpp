#include "migration_end.h"

namespace headroom::libvirt {
namespace {

Side side_of(int state, int reason) {
  switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED: return Side::kRunning;
    case VIR_DOMAIN_SHUTOFF:
    case VIR_DOMAIN_CRASHED: return Side::kOff;
    case VIR_DOMAIN_PAUSED: return reason == VIR_DOMAIN_PAUSED_MIGRATION ? Side::kHeld : Side::kStopped;
    default: return Side::kStopped;
  }
}

}  // namespace

Result<void> MigrationEnd::open() {
  if (connection_ && virConnectIsAlive(connection_.get()) == 1) return {};
  domain_.reset();
  connection_.reset();
  auto opened = open_connection(uri_, keep_alive_);
  if (!opened) return tl::unexpected(opened.error());
  connection_ = std::move(*opened);
  return {};
}

Side MigrationEnd::look() {
  domain_.reset();
  if (!open()) return Side::kNoAnswer;
  domain_.reset(virDomainLookupByUUIDString(connection_.get(), vm_.c_str()));
  int state = 0, reason = 0;
  if (domain_ && virDomainGetState(domain_.get(), &state, &reason, 0) == 0) return side_of(state, reason);
  return last_error("").code == ErrorCode::kNotFound ? Side::kAbsent : Side::kNoAnswer;
}

bool JobStats::under_way() const {
  return type != VIR_DOMAIN_JOB_NONE && type != VIR_DOMAIN_JOB_COMPLETED && type != VIR_DOMAIN_JOB_FAILED &&
         type != VIR_DOMAIN_JOB_CANCELLED;
}

JobStats job_of(virDomain* domain, unsigned flags) {
  JobStats j;
  virTypedParameterPtr list = nullptr;
  int count = 0;
  if (domain == nullptr || virDomainGetJobStats(domain, &j.type, &list, &count, flags) != 0) return {};
  unsigned long long downtime = 0;
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_TIME_ELAPSED, &j.elapsed_ms);
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_DATA_TOTAL, &j.total);
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_DATA_PROCESSED, &j.processed);
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_DATA_REMAINING, &j.remaining);
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_MEMORY_ITERATION, &j.passes);
  if (virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_DOWNTIME, &downtime) == 1) j.downtime_ms = downtime;
  virTypedParamsFree(list, count);
  return j;
}

JobStats completed_job_of(virDomain* domain) {
  return job_of(domain, VIR_DOMAIN_JOB_STATS_COMPLETED | VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED);
}

}  // namespace headroom::libvirt
