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

Result<std::unique_ptr<Agents>> Agents::open(const AgentSettings& settings, const std::filesystem::path& state, const Ports& ports) {
  const Instant now = ports.clock.now();
  auto authority = settings.authority ? identity::Authority::load(*settings.authority, now) : identity::Authority::open(state / "authority.pem", now);
  if (!authority) return tl::unexpected(authority.error());
  std::unique_ptr<Agents> agents(new Agents(settings, ports, std::move(*authority)));
  auto identities = identity::IdentityBook::open((state / "identity.db").string(), agents->authority_, settings.certificates_last);
  if (!identities) return tl::unexpected(identities.error());
  agents->identities_ = std::move(*identities);
  auto directives = ingest::DirectiveBook::open((state / "directives.db").string());
  if (!directives) return tl::unexpected(directives.error());
  agents->directives_ = std::move(*directives);
  const auto wake = [self = agents.get()] { self->wake(); };
  agents->pool_ = std::make_unique<GuestPool>(GuestPorts{ports.pool, ports.board, *agents->directives_, ports.clock, wake}, settings.drain_within);
  const SamplingRule rule{settings.near_limit, settings.ingest.interval, settings.calm};
  agents->pace_ = std::make_unique<SamplingPace>(rule, ports.board, *agents->directives_, wake);
  agents->loops_history_ = std::make_unique<GuestHistory>(ports.history, *agents->pool_);
  agents->desk_ = std::unique_ptr<AgentDesk>(new AgentDesk{ports.board, *agents->identities_, ports.clock, {}, wake, agents->directives_.get()});
  return agents;
}

void Agents::after_round(const Snapshot& snapshot) {
  if (auto done = pace_->after_round(snapshot, ports_.clock.now()); !done) log(done.error().message);
}

Result<std::shared_ptr<ingest::Ingest>> Agents::begin(std::uint64_t epoch, std::size_t descriptors, LiveRun& run) {
  const auto heard = [&run](ingest::Heard what) { what == ingest::Heard::kDemand ? run.round_soon() : run.look_soon(); };
  auto opened = ingest::Ingest::open(settings_.ingest, {*identities_, ports_.history, ports_.board, ports_.clock, epoch, log, directives_.get(), &witness_, heard});
  if (!opened) return tl::unexpected(opened.error());
  std::shared_ptr<ingest::Ingest> ingest = std::move(*opened);
  ingest_ = ingest;
  const std::string& address = settings_.ingest.address;
  desk_->listens_at = address.find(':') == std::string::npos ? fmt::format("{}:{}", address, ingest->port()) : fmt::format("[{}]:{}", address, ingest->port());
  const std::size_t wanted = settings_.ingest.most_connections + kDescriptorsOfOurs;
  log(fmt::format("agents connect to {}: {} at most, of {} descriptors{}", desk_->listens_at, settings_.ingest.most_connections, descriptors,
                  descriptors >= wanted ? "" : fmt::format(", which are too few; raise the hard limit to {} (LimitNOFILE=), or lower 'connections'", wanted)));
  return ingest;
}

}  // namespace headroom::cli
