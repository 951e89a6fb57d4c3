#include "grpc_peer.h"

#include <grpc/support/log.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <memory>
#include <thread>

#include "headroom/base/clock.h"
#include "headroom/base/stop.h"

namespace headroom::bench {
namespace {

using ingest::testing::Credential;

constexpr std::uint64_t kAcknowledged = 100;   // each so many
constexpr std::size_t kDistinct = 97;
const char* const kMethod = "/headroom.bench.Agents/Report";

// One thing at a time that a stream waits for; the completion queue gives it back.
enum class Wait { kCall, kHead, kRead, kWrite };
template <class Stream>
struct Tag {
  Stream* stream = nullptr;
  Wait wait = Wait::kCall;
};

// An agent's stream, at the server.
struct Served {
  grpc::GenericServerContext context;
  grpc::GenericServerAsyncReaderWriter stream{&context};
  grpc::ByteBuffer report;
  std::uint64_t reports = 0;
  bool writing = false;
  Tag<Served> called{this, Wait::kCall}, headed{this, Wait::kHead}, read{this, Wait::kRead}, written{this, Wait::kWrite};
};

bool parse(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.TrySingleSlice(&slice).ok() && !buffer.DumpToSingleSlice(&slice).ok()) return false;
  return wire::decode_from_agent({reinterpret_cast<const char*>(slice.begin()), slice.size()}).has_value();
}

class Server {
 public:
  explicit Server(const GrpcPeer::Server& shows) {
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = shows.authority;
    options.pem_key_cert_pairs.push_back({shows.key, shows.certificate});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port_);
    builder.RegisterAsyncGenericService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
  }
  int port() const { return port_; }
  std::uint64_t reports() const { return reports_; }
  // For ever.
  void serve() {
    await_call();
    void* tag = nullptr;
    for (bool ok = false; queue_->Next(&tag, &ok);) came(*static_cast<Tag<Served>*>(tag), ok);
  }

 private:
  void await_call() {
    streams_.push_back(std::make_unique<Served>());
    Served& s = *streams_.back();
    service_.RequestCall(&s.context, &s.stream, queue_.get(), queue_.get(), &s.called);
  }
  void came(const Tag<Served>& tag, bool ok) {
    Served& s = *tag.stream;
    if (tag.wait == Wait::kWrite) s.writing = false;
    if (!ok || tag.wait == Wait::kHead || tag.wait == Wait::kWrite) return;   // a stream that is over is kept: the agents stay
    if (tag.wait == Wait::kCall) {
      s.stream.SendInitialMetadata(&s.headed);
      await_call();
    } else if (!parse(s.report)) {
      return;
    } else {
      reports_.store(reports_ + 1, std::memory_order_relaxed);
      if (++s.reports % kAcknowledged == 0 && !std::exchange(s.writing, true)) {
        const grpc::Slice count(&s.reports, sizeof s.reports);
        s.stream.Write(grpc::ByteBuffer(&count, 1), &s.written);
      }
    }
    s.stream.Read(&s.report, &s.read);
  }

  int port_ = 0;
  std::atomic<std::uint64_t> reports_{0};
  grpc::AsyncGenericService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::unique_ptr<Served>> streams_;
};

// Tells its port, then how many reports it has whenever it is asked.
void run_server(const GrpcPeer::Server& shows, const Line& bench) {
  Server server(shows);
  std::thread serving([&] { server.serve(); });
  if (!bench.tell(server.port())) return;
  for (char asked = 0; bench.hear(asked);)
    if (!bench.tell(server.reports())) return;
}

// Whom it talks to is vouched for by its authority, which is all that the certificate of a manager tells.
class AnyOfOurs final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest*, std::function<void(grpc::Status)>, grpc::Status* status) override {
    *status = grpc::Status();
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}
};

// An agent's stream, at the agent.
struct Agent {
  std::shared_ptr<grpc::Channel> channel;
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  grpc::ByteBuffer answer;
  std::size_t sent = 0;
  Tag<Agent> called{this, Wait::kCall}, headed{this, Wait::kHead}, read{this, Wait::kRead}, written{this, Wait::kWrite};

  Agent(const GrpcPeer::Server& server, const Credential& shows, int port, grpc::CompletionQueue& queue) {
    namespace tls = grpc::experimental;
    tls::TlsChannelCredentialsOptions options;
    const tls::IdentityKeyCertPair own{identity::to_pem(*shows.key->key), identity::to_pem(*identity::certificate_of(shows.certificate))};
    options.set_certificate_provider(std::make_shared<tls::StaticDataCertificateProvider>(server.authority, std::vector<tls::IdentityKeyCertPair>{own}));
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<AnyOfOurs>());
    options.set_check_call_host(false);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);   // a connection of its own
    channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), tls::TlsCredentials(options), arguments);
    stream = grpc::GenericStub(channel).PrepareCall(&context, kMethod, &queue);
    stream->StartCall(&called);
  }
};

std::vector<grpc::ByteBuffer> payloads() {
  std::vector<grpc::ByteBuffer> all;
  for (std::size_t i = 1; i <= kDistinct; ++i) {
    const grpc::Slice slice(ingest::testing::report_of(i, 1'000'000'000 + i * 1'000'000, 500 + static_cast<std::int64_t>(i)).SerializeAsString());
    all.emplace_back(&slice, 1);
  }
  return all;
}

// Ends where a stream does.
void run_load(const GrpcPeer::Server& server, const std::vector<Credential>& shows, const Line& bench) {
  gpr_set_log_function([](gpr_log_func_args*) {});   // it would tell of each connection that the server is known by no host's name
  int port = 0;
  if (!bench.hear(port)) return;
  grpc::CompletionQueue queue;
  const std::vector<grpc::ByteBuffer> reports = payloads();
  std::vector<std::unique_ptr<Agent>> agents;
  void* tag = nullptr;
  bool ok = false;
  for (const Credential& c : shows) {   // one after the other
    Agent& agent = *agents.emplace_back(std::make_unique<Agent>(server, c, port, queue));
    while (queue.Next(&tag, &ok) && ok && static_cast<Tag<Agent>*>(tag)->wait != Wait::kHead)
      if (static_cast<Tag<Agent>*>(tag)->wait == Wait::kCall) agent.stream->ReadInitialMetadata(&agent.headed);
    if (!ok) return;
  }
  char go = 1;
  if (!bench.tell(go) || !bench.hear(go)) return;
  const auto send = [&](Agent& agent) { agent.stream->Write(reports[agent.sent++ % kDistinct], &agent.written); };
  for (auto& agent : agents) {
    agent->stream->Read(&agent->answer, &agent->read);
    send(*agent);
  }
  while (queue.Next(&tag, &ok) && ok) {
    const auto& came = *static_cast<Tag<Agent>*>(tag);
    if (came.wait == Wait::kWrite) send(*came.stream);
    if (came.wait == Wait::kRead) came.stream->stream->Read(&came.stream->answer, &came.stream->read);
  }
}

}  // namespace

GrpcPeer::GrpcPeer(const Server& server, const std::vector<Credential>& agents)
    : agents_(agents.size()),
      server_([&](const Line& bench) { run_server(server, bench); }),
      load_([&](const Line& bench) { run_load(server, agents, bench); }) {}

Result<GrpcCost> GrpcPeer::run(Duration warm, Duration counted) {
  const Stop never;
  int port = 0;
  char word = 1;
  const auto reports = [&] {
    std::uint64_t count = 0;
    return server_.line().tell(word) && server_.line().hear(count) ? static_cast<double>(count) : 0.0;
  };
  if (!server_.line().hear(port)) return fail(ErrorCode::kFailed, "the gRPC server did not start");
  const double empty_mib = resident_mib_of(server_.pid()), empty_cpu_s = cpu_seconds_of(server_.pid());
  if (!load_.line().tell(port) || !load_.line().hear(word)) return fail(ErrorCode::kFailed, "not all agents could connect over gRPC");
  const auto agents = static_cast<double>(agents_);
  GrpcCost cost;
  cost.handshake_ms = (cpu_seconds_of(server_.pid()) - empty_cpu_s) * 1000 / agents;
  cost.connection_kib = (resident_mib_of(server_.pid()) - empty_mib) * 1024 / agents;
  if (!load_.line().tell(word)) return fail(ErrorCode::kFailed, "the agents over gRPC are gone");
  (void)never.wait_for(warm);
  const double before = reports(), before_cpu_s = cpu_seconds_of(server_.pid());
  const Stopwatch watch;
  (void)never.wait_for(counted);
  const double taken = reports() - before, cpu_s = cpu_seconds_of(server_.pid()) - before_cpu_s;
  if (taken <= 0) return fail(ErrorCode::kFailed, "nothing came over gRPC");
  cost.reports_per_cpu_s = taken / cpu_s;
  cost.reports_per_s = taken / watch.seconds();
  return cost;
}

}  // namespace headroom::bench
