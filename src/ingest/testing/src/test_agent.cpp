#include "headroom/ingest/testing/test_agent.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace headroom::ingest::testing {

int connect_to(int port, int patience_ms, std::uint32_t from) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{}, ours{};
  to.sin_family = ours.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ours.sin_addr.s_addr = htonl(from);
  const timeval patience{patience_ms / 1000, patience_ms % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);   // a port is taken by the pair of addresses
  if (bind(fd, reinterpret_cast<const sockaddr*>(&ours), sizeof ours) == 0 && connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

TestAgent::TestAgent(int port, const Credential& shows, const Wishes& wishes) : fd_(connect_to(port, wishes.patience_ms)) {
  std::signal(SIGPIPE, SIG_IGN);   // whom it speaks to may be killed
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context_.get(), wishes.newest_tls);
  if (!shows.certificate.empty()) {
    SSL_CTX_use_certificate(context_.get(), identity::certificate_of(shows.certificate).get());
    SSL_CTX_use_PrivateKey(context_.get(), shows.key->key.get());
  }
  tls_.reset(SSL_new(context_.get()));
  ERR_clear_error();
  if (fd_ < 0 || SSL_set_fd(tls_.get(), fd_) != 1) {
    why_ = "no connection";
    return;
  }
  if (wishes.session) SSL_set_session(tls_.get(), wishes.session.get());
  const int result = SSL_connect(tls_.get());
  shaken_ = result == 1;
  if (!shaken_) over(result);
}

TestAgent::~TestAgent() {
  if (fd_ >= 0) close(fd_);
}

bool TestAgent::over(int result) {
  const int error = SSL_get_error(tls_.get(), result);
  timed_out_ = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  if (why_.empty() && !timed_out_) why_ = identity::openssl_error();
  return false;
}

std::string TestAgent::server() const {
  const X509* leaf = SSL_get0_peer_certificate(tls_.get());
  return leaf == nullptr ? std::string() : identity::uri_of(*leaf).value_or("");
}

bool TestAgent::resumed() const { return SSL_session_reused(tls_.get()) == 1; }

// A copy: the one in use is spoilt when the connection is just dropped.
Session TestAgent::session() const {
  const SSL_SESSION* now = SSL_get0_session(tls_.get());
  return now != nullptr && SSL_SESSION_has_ticket(now) == 1 ? Session(SSL_SESSION_dup(now), SSL_SESSION_free) : nullptr;
}

bool TestAgent::send_bytes(std::string_view bytes) {
  ERR_clear_error();
  std::size_t sent = 0;
  const int result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
  return result == 1 ? sent == bytes.size() : over(result);
}

bool TestAgent::send(const wire::v1::FromAgent& message) {
  std::string frame;
  wire::append(message, frame);
  return send_bytes(frame);
}

std::optional<wire::v1::ToAgent> TestAgent::receive() {
  std::array<char, 16 << 10> buffer;
  for (;;) {
    if (const auto payload = reader_.next()) {
      auto message = wire::decode_to_agent(*payload);
      return message ? std::optional(std::move(*message)) : std::nullopt;
    }
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(tls_.get(), buffer.data(), buffer.size(), &got);
    if (result != 1) {
      over(result);
      return std::nullopt;
    }
    if (!reader_.push({buffer.data(), got})) return std::nullopt;
  }
}

std::optional<wire::v1::ToAgent> TestAgent::last_words() {
  std::optional<wire::v1::ToAgent> last;
  while (auto message = receive()) last = std::move(message);
  return last;
}

std::string id_of(char fill) { return std::string(wire::kIdBytes, fill); }

wire::v1::FromAgent hello_of(const std::string& run_id, std::uint64_t boottime_ns) {
  wire::v1::FromAgent message;
  auto& hello = *message.mutable_hello();
  hello.set_version_min(wire::kVersionMin);
  hello.set_version_max(wire::kVersionMax);
  hello.set_agent_version("test 1.0");
  hello.set_boot_id(id_of('b'));
  hello.set_run_id(run_id);
  hello.set_boottime_ns(boottime_ns);
  return message;
}

wire::v1::FromAgent report_of(std::uint64_t sequence, std::uint64_t boottime_ns, std::int64_t mcores) {
  wire::v1::FromAgent message;
  auto& report = *message.mutable_report();
  report.set_sequence(sequence);
  report.set_boottime_ns(boottime_ns);
  report.set_wall_ns(1'790'000'000'000'000'000);
  report.set_span_ms(1000);
  report.set_samples(1);
  for (int metric = 0; metric < wire::kMetricCount; ++metric) report.add_mean(1'000'000'000 + metric);
  report.set_mean(wire::v1::METRIC_CPU_MCORES, mcores);
  report.set_mean(wire::v1::METRIC_MEMORY_TOTAL_KIB, 4 << 20);
  report.set_mean(wire::v1::METRIC_MEMORY_AVAILABLE_KIB, 1 << 20);
  report.set_mean(wire::v1::METRIC_SWAP_IN_KIB_PER_S, 0);
  auto& disk = *report.add_disks();
  disk.set_name("vda");
  disk.set_read_bytes_per_s(1'234'567);
  disk.set_write_bytes_per_s(7'654'321);
  disk.set_ops_per_ks(120'000);
  disk.set_latency_us(800);
  auto& nic = *report.add_nics();
  nic.set_name("eth0");
  nic.set_rx_bytes_per_s(12'345'678);
  nic.set_tx_bytes_per_s(3'456'789);
  return message;
}

wire::v1::FromAgent join_of(const std::string& token, const std::string& request) {
  wire::v1::FromAgent message;
  message.mutable_join()->set_token(token);
  message.mutable_join()->set_csr(request);
  return message;
}

Result<std::vector<Credential>> certified(identity::IdentityBook& book, const std::vector<std::string>& vms, Instant now) {
  std::vector<Credential> all;
  for (const std::string& vm : vms) {
    Credential& one = all.emplace_back();
    const auto token = book.make_token(vm, std::chrono::hours(1), now);
    if (!token) return tl::unexpected(token.error());
    const auto issued = book.join(*token, one.key->request(), now);
    if (!issued) return tl::unexpected(issued.error());
    one.certificate = issued->certificate;
  }
  return all;
}

Credential joined(int port, const std::string& token) {
  Credential me;
  TestAgent stranger(port, {});
  stranger.send(join_of(token, me.key->request()));
  const auto answer = stranger.receive();
  if (answer && answer->has_joined() && answer->joined().chain_size() > 0) me.certificate = answer->joined().chain(0);
  return me;
}

}  // namespace headroom::ingest::testing
