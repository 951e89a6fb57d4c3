#include "session.h"

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include <array>

#include "host_calls.h"
#include "records.h"

namespace headroom::libvirt {
namespace {

constexpr unsigned kGroups = VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_VCPU |
                             VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK;

Result<Records> all_statistics(virConnect* c) {
  virDomainStatsRecord** records = nullptr;
  // A domain that is busy must not hold up the host's answer. Drivers that cannot promise that are asked without.
  int count = virConnectGetAllDomainStats(c, kGroups, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
  if (count < 0 && virGetLastErrorCode() == VIR_ERR_INVALID_ARG) count = virConnectGetAllDomainStats(c, kGroups, &records, 0);
  if (count < 0) return tl::unexpected(last_error("statistics of its domains", ErrorCode::kUnreachable));
  return Records(records);
}

}  // namespace

Session::Session(std::string uri, std::size_t host, SessionOptions options, std::shared_ptr<EventQueue> events,
                 std::shared_ptr<const Clock> clock)
    : uri_(std::move(uri)), host_(host), options_(options), events_(std::move(events)), clock_(std::move(clock)) {}

void Session::drop() {
  connection_.reset();
  known_.clear();
}

Result<void> Session::ensure_open() {
  if (connection_ && connection_->closed()) drop();
  if (connection_) return {};
  auto opened = Connection::open(uri_, options_.keep_alive, events_, host_);
  if (!opened) return tl::unexpected(opened.error());
  connection_ = std::move(*opened);
  facts_rounds_left_ = 0;
  return {};
}

Result<HostReading> Session::read(const Changed& changed) {
  if (auto open = ensure_open(); !open) return tl::unexpected(open.error());
  if (--facts_rounds_left_ < 0) {
    auto facts = ask_host(connection_->get());
    if (!facts) {
      drop();
      return fail(ErrorCode::kUnreachable, fmt::format("{}: {}", uri_, facts.error().message));
    }
    facts_ = std::move(*facts);
    facts_rounds_left_ = options_.host_rounds;
  }
  HostReading reading;
  reading.facts = facts_;
  if (auto done = read_domains(changed, reading); !done) {
    drop();
    return fail(ErrorCode::kUnreachable, fmt::format("{}: {}", uri_, done.error().message));
  }
  return reading;
}

Result<void> Session::read_domains(const Changed& changed, HostReading& reading) {
  const Instant before = clock_->now();
  const auto records = all_statistics(connection_->get());
  if (!records) return tl::unexpected(records.error());
  reading.at = before + (clock_->now() - before) / 2;
  for (virDomainStatsRecord** r = records->get(); *r != nullptr; ++r) read_domain(**r, changed, reading);
  std::set<std::string_view> seen;
  for (const SeenDomain& d : reading.domains) seen.insert(d.domain->uuid);
  std::erase_if(known_, [&](const auto& entry) { return !seen.contains(entry.first); });
  return {};
}

void Session::read_domain(const virDomainStatsRecord& record, const Changed& changed, HostReading& reading) {
  std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
  if (virDomainGetUUIDString(record.dom, uuid.data()) != 0) return;
  auto domain = domain_of(record.dom, uuid.data(), changed.all || changed.vms.contains(uuid.data()), reading);
  if (domain) reading.domains.push_back({std::move(domain), read_stats(fields_of(record))});
}

std::shared_ptr<const Domain> Session::domain_of(virDomain* handle, const std::string& uuid, bool changed, HostReading& reading) {
  const unsigned id = virDomainGetID(handle);
  const auto run = id == static_cast<unsigned>(-1) ? std::nullopt : std::optional<std::int64_t>(id);
  Remembered& known = known_[uuid];
  if (known.domain && !changed && known.run == run && --known.rounds_left >= 0) return known.domain;
  const std::string text = taken(virDomainGetXMLDesc(handle, 0));
  if (text.empty()) {
    // One that vanished between the two calls is no trouble.
    if (virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
      reading.troubles.push_back(fmt::format("{}: {}", uri_, last_error("XML of domain " + uuid).message));
    return known.domain;
  }
  auto read = parse_domain(text);
  if (!read) {
    reading.troubles.push_back(fmt::format("{}: domain {} is left out: {}", uri_, uuid, read.error().message));
    return nullptr;
  }
  if (run) ask_all_features(connection_->get(), *read);
  known = {std::make_shared<const Domain>(std::move(*read)), run, options_.domain_rounds};
  return known.domain;
}

}  // namespace headroom::libvirt
