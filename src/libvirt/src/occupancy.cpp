#include "occupancy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace headroom::libvirt {
namespace {

const char* words_of(int state) {
  switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED: return "runs";
    case VIR_DOMAIN_PAUSED: return "is paused, or on its way here";
    case VIR_DOMAIN_SHUTDOWN: return "is shutting down";
    case VIR_DOMAIN_CRASHED: return "has crashed and not been looked after";
    case VIR_DOMAIN_PMSUSPENDED: return "is suspended";
    default: return "is in a state that is not known";
  }
}

struct Job {
  bool under_way = false, goes_out = false;
};

// A domain that does not tell of its job may well be migrating.
Job job_of(virDomain* domain) {
  int type = VIR_DOMAIN_JOB_NONE, count = 0, operation = VIR_DOMAIN_JOB_OPERATION_UNKNOWN;
  virTypedParameterPtr list = nullptr;
  if (virDomainGetJobStats(domain, &type, &list, &count, 0) != 0) {
    const ErrorCode code = last_error("").code;
    return {code != ErrorCode::kRefused && code != ErrorCode::kNotFound, true};  // a driver without jobs moves nobody
  }
  virTypedParamsGetInt(list, count, VIR_DOMAIN_JOB_OPERATION, &operation);
  virTypedParamsFree(list, count);
  const bool ended = type == VIR_DOMAIN_JOB_NONE || type == VIR_DOMAIN_JOB_COMPLETED || type == VIR_DOMAIN_JOB_FAILED ||
                     type == VIR_DOMAIN_JOB_CANCELLED;
  return {!ended, operation == VIR_DOMAIN_JOB_OPERATION_UNKNOWN || operation == VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT};
}

Resident resident(virDomain* domain) {
  Resident r;
  if (const char* name = virDomainGetName(domain)) r.name = name;
  std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
  if (virDomainGetUUIDString(domain, uuid.data()) == 0) r.uuid = uuid.data();
  int state = 0;
  if (virDomainGetState(domain, &state, nullptr, 0) == 0) r.state = state;
  if (r.state != VIR_DOMAIN_SHUTOFF) {
    const Job job = job_of(domain);
    r.leaves = job.under_way && job.goes_out;
  }
  return r;
}

}  // namespace

std::optional<std::string> why_occupied(const Occupancy& host) {
  for (const Resident& r : host.residents) {
    if (!r.state) return fmt::format("the state of VM {} there is not known", r.name);
    if (*r.state != VIR_DOMAIN_SHUTOFF) return fmt::format("VM {} there {}", r.name, words_of(*r.state));
  }
  if (host.active == 0) return std::nullopt;
  return fmt::format("it says that {} VMs run there, and does not list them", host.active);
}

std::optional<std::string> why_may_send(const Occupancy& host, const std::set<std::string>& elsewhere) {
  for (const Resident& r : host.residents)
    if (r.leaves && !elsewhere.contains(r.uuid)) return fmt::format("VM {} is being moved away from there, nobody knows where", r.name);
  return std::nullopt;
}

Result<Occupancy> ask_occupancy(virConnect* connection) {
  Occupancy o;
  virDomain** list = nullptr;
  const int count = virConnectListAllDomains(connection, &list, 0);
  if (count < 0) return tl::unexpected(Error{ErrorCode::kUnreachable, last_error("its VMs").message});
  for (int i = 0; i < count; ++i) {
    const Handle<virDomain> domain(list[i]);
    o.residents.push_back(resident(domain.get()));
  }
  free(list);
  // After the list: one that came meanwhile makes them differ.
  o.active = virConnectNumOfDomains(connection);
  if (o.active < 0) return tl::unexpected(Error{ErrorCode::kUnreachable, last_error("how many VMs run there").message});
  return o;
}

HostProbe::HostProbe(std::string uri, KeepAlive keep_alive)
    : uri_(std::move(uri)), keep_alive_(keep_alive), box_(std::make_shared<Mailbox<Result<Occupancy>>>(1)) {}

Result<Occupancy> HostProbe::ask(Duration within) {
  const auto silent = [&] { return fail(ErrorCode::kUnreachable, fmt::format("{} does not answer within {}", uri_, to_text(within))); };
  box_->take(Duration(0));  // what came late says how it was
  box_->expect(0);
  const bool begun = worker_.begin([box = box_, uri = uri_, keep_alive = keep_alive_] {
    const auto answer = std::make_shared<Result<Occupancy>>(fail(ErrorCode::kUnreachable, ""));
    const auto connection = open_connection(uri, keep_alive);
    if (connection) *answer = ask_occupancy(connection->get());
    else *answer = tl::unexpected(connection.error());
    return [box, answer] { box->put(0, std::move(*answer)); };
  });
  if (!begun) return silent();
  const auto answers = box_->take(within);
  if (!answers[0]) return silent();
  return std::move(*answers[0]);
}

}  // namespace headroom::libvirt
