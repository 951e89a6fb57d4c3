#include "headroom/rpc/server.h"

#include <fmt/format.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <thread>
#include <variant>

#include "endpoint.h"
#include "headroom/base/check.h"
#include "headroom/base/socket_address.h"
#include "headroom/daemon/listener.h"
#include "services.h"

namespace headroom::rpc {
namespace {

using grpc::experimental::ExternalConnectionAcceptor;

constexpr std::string_view kUnix = "unix:";
constexpr int kLongestAsked = 64 << 10, kLongestAnswer = 64 << 20;
constexpr std::size_t kMemory = 128 << 20;
constexpr int kMostThreads = 8;              // of what is not ours: each who asks for reflection holds one
constexpr int kBreatherMs = 50;              // after an accept() that failed for want of descriptors
constexpr Duration kToEnd = std::chrono::seconds(2);
constexpr unsigned kLookAtFilesEverySeconds = 1;

struct Argument {
  const char* name;
  int value;
};
constexpr Argument kBounds[] = {{GRPC_ARG_MAX_CONCURRENT_STREAMS, 32},
                                {GRPC_ARG_MAX_METADATA_SIZE, 16 << 10},
                                {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 5'000},
                                {GRPC_ARG_KEEPALIVE_TIME_MS, 30'000},
                                {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000},
                                {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000},
                                {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 600'000}};

// To be linked with the library is enough to have every server of the process tell its contract: what it put in is taken out again.
class Reflection final : public grpc::ServerBuilderOption {
 public:
  explicit Reflection(bool wanted) : wanted_(wanted) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->clear();
    if (wanted_) plugins->push_back(std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>());
  }

 private:
  bool wanted_;
};

// gRPC writes a line on the standard error for each stranger who speaks no TLS: it is told to keep quiet. What matters is a Result.
void hush() {
  gpr_set_log_function([](gpr_log_func_args*) {});
}

// gRPC as Debian 12 has it cannot be told the least version of TLS, but which suites 1.2 may use: one that takes a key both sides have from
// elsewhere, which no client can agree on with a server that has none. 1.3 has suites of its own.
constexpr const char *kSuites = "GRPC_SSL_CIPHER_SUITES", *kOfNobody = "PSK-AES256-GCM-SHA384";

// Whether a certificate and its key do, for the audit log: gRPC reads them by itself and says nothing.
using Checked = Reread<std::monostate>;
std::unique_ptr<Checked> checked(const std::optional<TlsFiles>& files, const access::Books& books, const Clock& clock) {
  if (!files) return nullptr;
  const TlsFiles own{files->certificate, files->key};
  auto opened = Checked::open({own.certificate, own.key}, [own, &clock] { return check_tls_files(own, clock).map([] { return std::monostate(); }); },
                              {clock, *books.audit, "certificates of --grpc-listen"});
  return opened ? std::move(*opened) : nullptr;   // they did a moment ago
}

Result<std::shared_ptr<grpc::ServerCredentials>> credentials(const std::optional<TlsFiles>& files, const Clock& clock) {
  if (!files) return grpc::InsecureServerCredentials();
  if (auto good = check_tls_files(*files, clock); !good) return tl::unexpected(good.error());
  const char* suites = std::getenv(kSuites);
  HEADROOM_CHECK(suites != nullptr && suites == std::string_view(kOfNobody), "take_tls_13_only() comes first");
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(files->key.string(), files->certificate.string(), kLookAtFilesEverySeconds));
  options.watch_identity_key_cert_pairs();
  // What is shown is judged by the bridge.
  options.set_cert_request_type(files->client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

// Whoever can open a socket of mode 0600: its owner, and root.
std::string owners() { return geteuid() == 0 ? "uid 0" : fmt::format("uid {} or 0", geteuid()); }

std::string told(const TcpAddress& at, int port) {
  return fmt::format("{}:{}", at.address.find(':') == std::string::npos ? at.address : "[" + at.address + "]", port);
}

struct Listening {
  Descriptor socket;
  SocketFile file{};
  std::string target;
  int port = 0;
};

Result<Listening> listen_at(const Where& where) {
  if (where.socket.empty())
    return listen_on(where.at, "--grpc-listen").map([&](Descriptor made) {
      const int port = bound_port(made.get());
      return Listening{std::move(made), {}, told(where.at, port), port};
    });
  auto made = SocketFile::listen_on(where.socket, "--grpc-listen");
  if (!made) return tl::unexpected(made.error());
  return Listening{std::move(made->first), std::move(made->second), fmt::format("unix:{}", where.socket.string())};
}

Result<Threshold> threshold_of(const ServerOptions& options, int port, const access::Books& books, const Clock& clock) {
  if (!options.where.socket.empty()) return Threshold{std::make_unique<SocketGate>(), owners()};
  if (!options.tls) return Threshold{std::make_unique<LoopbackGate>(options.where.at.address, port)};
  Threshold threshold{std::make_unique<TokenGate>(books, clock)};
  if (options.tls->client_ca.empty()) return threshold;
  const std::filesystem::path file = options.tls->client_ca;
  auto authorities = Reread<ClientAuthorities>::open({file}, [file] { return ClientAuthorities::read(file); }, {clock, *books.audit, "authorities of --grpc-listen"});
  if (!authorities) return tl::unexpected(authorities.error());
  threshold.authorities = std::move(*authorities);
  return threshold;
}

}  // namespace

void take_tls_13_only() { setenv(kSuites, kOfNobody, 1); }

Result<Where> parse_where(std::string_view text) {
  Where where;
  if (text.starts_with(kUnix)) {
    where.socket = std::string(text.substr(kUnix.size()));
    if (where.socket.empty()) return invalid("--grpc-listen 'unix:' has no path");
    return where;
  }
  auto at = parse_tcp_address(text, "--grpc-listen");
  if (!at) return tl::unexpected(at.error());
  where.at = *at;
  return where;
}

Result<void> may_listen(const Where& where, bool tls) {
  if (!where.socket.empty() || tls || is_loopback(where.at)) return {};
  return invalid(fmt::format("--grpc-listen '{}' is no loopback address: that takes --tls-cert and --tls-key, or an SSH tunnel to a loopback one", told(where.at, where.at.port)));
}

struct Server::State {
  State(Listening on, Bridge to, std::unique_ptr<Checked> own) : listening(std::move(on)), bridge(std::move(to)), certificates(std::move(own)), calls(bridge) {}

  Result<void> start(const std::shared_ptr<grpc::ServerCredentials>& credentials, bool reflection);
  void accept_all();
  void stop();

  Listening listening;
  Descriptor closing{eventfd(0, EFD_CLOEXEC)};
  Bridge bridge;
  std::unique_ptr<Checked> certificates;   // none: in the clear
  Calls calls;
  Fleet fleet{calls};
  Plans plans{calls};
  Control control{calls};
  Agents agents{calls};
  Access access{calls};
  std::unique_ptr<ExternalConnectionAcceptor> acceptor;
  std::unique_ptr<grpc::Server> server;   // ends before what it calls
  std::thread accepting;
};

// The sockets are ours rather than gRPC's: it would share a port with another manager, and has no way to make a Unix socket that nobody
// else may open from its first moment on.
Result<void> Server::State::start(const std::shared_ptr<grpc::ServerCredentials>& credentials, bool reflection) {
  hush();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  acceptor = builder.experimental().AddExternalConnectionAcceptor(grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, credentials);
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{&fleet, &plans, &control, &agents, &access}) builder.RegisterService(service);
  for (const Argument& bound : kBounds) builder.AddChannelArgument(bound.name, bound.value);
  builder.SetMaxReceiveMessageSize(kLongestAsked).SetMaxSendMessageSize(kLongestAnswer);
  // What is small when it comes could be large when it is unpacked.
  for (const auto packed : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) builder.SetCompressionAlgorithmSupportStatus(packed, false);
  builder.SetResourceQuota(grpc::ResourceQuota("headroom").Resize(kMemory).SetMaxThreads(kMostThreads));
  builder.SetOption(std::make_unique<Reflection>(reflection));
  server = builder.BuildAndStart();
  if (!server) return fail(ErrorCode::kFailed, fmt::format("gRPC cannot be served at {}", listening.target));
  for (const auto* service : services()) server->GetHealthCheckService()->SetServingStatus(service->full_name(), true);
  accepting = std::thread([this] { accept_all(); });
  return {};
}

void Server::State::accept_all() {
  for (;;) {
    std::array<pollfd, 2> either{pollfd{listening.socket.get(), POLLIN, 0}, pollfd{closing.get(), POLLIN, 0}};
    if (poll(either.data(), either.size(), -1) < 0) continue;
    if (either[1].revents != 0) return;
    ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = accept4(listening.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection.fd >= 0 && certificates) static_cast<void>(certificates->now());
    if (connection.fd >= 0) acceptor->HandleNewConnection(&connection);
    else if (errno == EMFILE || errno == ENFILE) poll(&either[1], 1, kBreatherMs);
  }
}

void Server::State::stop() {
  const std::uint64_t one = 1;
  while (write(closing.get(), &one, sizeof one) < 0 && errno == EINTR) {}
  if (accepting.joinable()) accepting.join();
  listening.socket.reset();
  if (!server) return;
  server->GetHealthCheckService()->Shutdown();
  calls.end();
  server->Shutdown(std::chrono::system_clock::time_point(SystemClock().now() + kToEnd));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { state_->stop(); }

std::string Server::target() const { return state_->listening.target; }

Result<std::unique_ptr<Server>> Server::open(const ServerOptions& options, const Api& api, const access::Books& books, const Clock& clock) {
  if (auto good = may_listen(options.where, options.tls.has_value()); !good) return tl::unexpected(good.error());
  const auto files = options.where.socket.empty() ? options.tls : std::nullopt;
  const auto secured = credentials(files, clock);
  if (!secured) return tl::unexpected(secured.error());
  auto listening = listen_at(options.where);
  if (!listening) return tl::unexpected(listening.error());
  auto threshold = threshold_of(options, listening->port, books, clock);
  if (!threshold) return tl::unexpected(threshold.error());
  auto state = std::make_unique<State>(std::move(*listening), Bridge(api, clock, std::move(*threshold)), checked(files, books, clock));
  if (auto started = state->start(*secured, options.reflection); !started) return tl::unexpected(started.error());
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

}  // namespace headroom::rpc
