#include "migration_call.h"

#include <algorithm>

#include "parameters.h"

namespace headroom::libvirt {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;

unsigned flags_for(virDomain* domain, const MigrationOptions& o) {
  unsigned flags = VIR_MIGRATE_LIVE | VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_ABORT_ON_ERROR;
  if (virDomainIsPersistent(domain) == 1) flags |= VIR_MIGRATE_PERSIST_DEST | VIR_MIGRATE_UNDEFINE_SOURCE;
  if (o.tunnelled) flags |= VIR_MIGRATE_TUNNELLED;
  else if (o.tls) flags |= VIR_MIGRATE_TLS;
  if (o.auto_converge) flags |= VIR_MIGRATE_AUTO_CONVERGE;
  if (o.post_copy_after && !o.tunnelled) flags |= VIR_MIGRATE_POSTCOPY;
  if (o.trust_shared_paths) flags |= VIR_MIGRATE_UNSAFE;
  return flags;
}

std::int64_t bandwidth_of(const MigrationRun& run) {
  const auto& schedule = run.setting.action.schedule;
  return schedule && schedule->bandwidth.count() > 0 ? schedule->bandwidth.count() : run.options.bandwidth.count();
}

struct Outcome {
  Call call = Call::kUnknown;
  std::string message{};
};

Outcome move(const MigrationRun& run) {
  auto connection = open_connection(run.place.source, run.resize.keep_alive);
  if (!connection) return {Call::kFailed, connection.error().message};
  const Handle<virDomain> domain(virDomainLookupByUUIDString(connection->get(), run.setting.vm.c_str()));
  if (!domain) return {Call::kFailed, last_error("VM " + run.setting.vm).message};
  Parameters p;
  if (!run.place.peer.memory_uri.empty() && !run.options.tunnelled)
    p.add(VIR_MIGRATE_PARAM_URI, run.place.peer.memory_uri);
  if (const std::int64_t bandwidth = bandwidth_of(run); bandwidth > 0)
    p.add_ulong(VIR_MIGRATE_PARAM_BANDWIDTH, std::max<std::int64_t>(1, bandwidth / kMebibyte));
  const std::string& uri = run.place.peer.uri.empty() ? run.place.destination : run.place.peer.uri;
  if (virDomainMigrateToURI3(domain.get(), uri.c_str(), p.list(), static_cast<unsigned>(p.count()), flags_for(domain.get(), run.options)) == 0)
    return {Call::kSucceeded};
  std::string why = last_error("libvirt").message;
  // Without the wire to its source nobody knows what became of it.
  return {virConnectIsAlive(connection->get()) == 1 ? Call::kFailed : Call::kUnknown, std::move(why)};
}

}  // namespace

void MigrationCall::begin(const MigrationRun& run) {
  worker_ = std::make_unique<Worker>();
  worker_->begin([run, answer = answer_] {
    Outcome outcome = move(run);
    const std::lock_guard lock(answer->mutex);
    answer->call = outcome.call;
    answer->message = std::move(outcome.message);
    return std::function<void()>();
  });
}

void MigrationCall::assume_made() { answer_->call = Call::kUnknown; }

Call MigrationCall::state() const {
  const std::lock_guard lock(answer_->mutex);
  return answer_->call;
}

std::string MigrationCall::message() const {
  const std::lock_guard lock(answer_->mutex);
  return answer_->message;
}

}  // namespace headroom::libvirt
