#include "agents.h"

#include <fmt/format.h>

#include <cstdio>

namespace headroom::cli {
namespace {

constexpr std::size_t kDescriptorsOfOurs = 1024;   // the history's files, hosts, doors

void log(const std::string& line) {
  fmt::print(stderr, "headroomd: {}\n", line);
  std::fflush(stderr);
}

}  // namespace

Result<std::unique_ptr<Agents>> Agents::open(const AgentSettings& settings, const std::filesystem::path& state, Hypervisor& pool, HistoryStore& history,
                                             access::AuditLog& audit, const Clock& clock) {
  auto authority = settings.authority ? identity::Authority::load(*settings.authority, clock.now()) : identity::Authority::open(state / "authority.pem", clock.now());
  if (!authority) return tl::unexpected(authority.error());
  std::unique_ptr<Agents> agents(new Agents(settings, history, audit, clock, std::move(*authority)));
  auto identities = identity::IdentityBook::open((state / "identity.db").string(), agents->authority_, settings.certificates_last);
  if (!identities) return tl::unexpected(identities.error());
  agents->identities_ = std::move(*identities);
  auto directives = ingest::DirectiveBook::open((state / "directives.db").string());
  if (!directives) return tl::unexpected(directives.error());
  agents->directives_ = std::move(*directives);
  const auto wake = [self = agents.get()] { self->wake(); };
  agents->pool_ = std::make_unique<GuestPool>(GuestPorts{pool, agents->board_, *agents->directives_, clock, wake});
  agents->loops_history_ = std::make_unique<GuestHistory>(history, *agents->pool_);
  agents->desk_ = std::unique_ptr<AgentDesk>(new AgentDesk{agents->board_, *agents->identities_, clock, {}, wake, agents->directives_.get()});
  return agents;
}

Result<void> Agents::begin(std::uint64_t epoch, std::size_t descriptors) {
  auto ingest = ingest::Ingest::open(settings_.ingest, {*identities_, history_, board_, clock_, epoch, log, directives_.get(), &witness_});
  if (!ingest) return tl::unexpected(ingest.error());
  ingest_ = std::move(*ingest);
  const std::string& address = settings_.ingest.address;
  desk_->listens_at = address.find(':') == std::string::npos ? fmt::format("{}:{}", address, ingest_->port()) : fmt::format("[{}]:{}", address, ingest_->port());
  const std::size_t wanted = settings_.ingest.most_connections + kDescriptorsOfOurs;
  log(fmt::format("agents connect to {}: {} at most, of {} descriptors{}", desk_->listens_at, settings_.ingest.most_connections, descriptors,
                  descriptors >= wanted ? "" : fmt::format(", which are too few; raise the hard limit to {} (LimitNOFILE=), or lower 'connections'", wanted)));
  return {};
}

}  // namespace headroom::cli
