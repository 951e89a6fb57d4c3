// What it costs the manager to take the reports of 1,000 agents, each on its own connection with certificates both ways, into a
// durable history: reports a CPU-second as fast as they come, one a TLS record as agents send them, and memory a connection; beside gRPC.
#include <fmt/format.h>

#include "bench.h"
#include "grpc_peer.h"
#include "headroom/base/descriptor.h"
#include "headroom/base/stop.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/ingest/ingest.h"
#include "ingest_load.h"

namespace headroom::bench {
namespace {

constexpr int kAgents = 1000;
constexpr Duration kWarm = std::chrono::seconds(2), kCounted = std::chrono::seconds(10);

std::vector<std::string> vms() {
  std::vector<std::string> uuids;
  for (int i = 0; i < kAgents; ++i) uuids.push_back(fmt::format("6f1c2d3e-0000-4000-8000-{:012x}", i + 1));
  return uuids;
}

std::uint64_t reports(const ingest::AgentBoard& board) {
  std::uint64_t sum = 0;
  for (const auto& agent : board.all()) sum += agent.reports;
  return sum;
}

Result<GrpcPeer::Server> shown_by(const identity::Authority& authority, Instant now) {
  const auto manager = authority.manager_identity(now, now + std::chrono::hours(24));
  if (!manager) return tl::unexpected(manager.error());
  return GrpcPeer::Server{identity::to_pem(authority.certificate()), identity::to_pem(*manager->certificate), identity::to_pem(*manager->key)};
}

}  // namespace

Result<std::vector<Figure>> ingest_bench(const Setting& setting) {
  raise_descriptor_limit();
  const SystemClock clock;
  const auto authority = identity::Authority::open(setting.scratch / "authority.pem", clock.now());
  if (!authority) return tl::unexpected(authority.error());
  auto book = identity::IdentityBook::open((setting.scratch / "identity.db").string(), *authority, identity::kLongestCertificate);
  if (!book) return tl::unexpected(book.error());
  const auto agents = ingest::testing::certified(**book, vms(), clock.now());
  if (!agents) return tl::unexpected(agents.error());
  const auto shown = shown_by(*authority, clock.now());
  if (!shown) return tl::unexpected(shown.error());
  GrpcPeer grpc(*shown, *agents);
  IngestLoad load(*agents);
  auto history = open_rocksdb_history(setting.scratch / "history");
  if (!history) return tl::unexpected(history.error());
  ingest::AgentBoard board;
  ingest::IngestOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.messages_per_second = options.message_burst = 1e9;   // what it can take, not what it lets through
  auto server = ingest::Ingest::open(options, {**book, **history, board, clock, 1, {}});
  if (!server) return tl::unexpected(server.error());

  const Stop never;
  const double empty_mib = resident_mib();
  const double before_handshakes = cpu_seconds();
  if (!load.connect((*server)->port())) return fail(ErrorCode::kFailed, "not all agents could connect");
  const double handshake_ms = (cpu_seconds() - before_handshakes) * 1000 / kAgents;
  const double connected_mib = resident_mib();
  const double before_resumptions = cpu_seconds();
  if (!load.connect((*server)->port())) return fail(ErrorCode::kFailed, "not all agents could connect again by their tickets");
  const double resumption_ms = (cpu_seconds() - before_resumptions) * 1000 / kAgents;
  load.flood();
  never.wait_for(kWarm);
  const double cpu = cpu_seconds();
  const std::uint64_t had = reports(board);
  never.wait_for(kCounted);
  const double taken = static_cast<double>(reports(board) - had), took = cpu_seconds() - cpu;
  load.stop();   // it would have half of the machine
  server->reset();
  const auto theirs = grpc.run(kWarm, kCounted);
  if (!theirs) return tl::unexpected(theirs.error());
  const std::string peer = "gRPC, a stream a connection, reports read and not kept";
  const std::string frame = [] {
    std::string bytes;
    wire::append(ingest::testing::report_of(1'000'000, 1'000'000'000'000), bytes);
    return bytes;
  }();
  return std::vector<Figure>{{"reports", fmt::format("reports of {} bytes per CPU-second, into the history", frame.size()), taken / took, {{peer, theirs->reports_per_cpu_s}}},
                             {"reports_per_second", "reports per second of wall time, on a machine that may be shared", taken / (static_cast<double>(kCounted.count()) / 1000), {{peer, theirs->reports_per_s}}},
                             {"connection", "KiB resident per connection", (connected_mib - empty_mib) * 1024 / kAgents, {{peer, theirs->connection_kib}}},
                             {"handshake", "CPU ms per handshake, its hello included", handshake_ms, {{peer, theirs->handshake_ms}}},
                             {"resumption", "CPU ms per handshake by a ticket, its hello included", resumption_ms, {}}};
}

}  // namespace headroom::bench
