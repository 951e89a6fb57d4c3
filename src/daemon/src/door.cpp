#include "headroom/daemon/door.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "connection.h"
#include "headroom/access/client_certificate.h"
#include "headroom/base/socket_address.h"
#include "headroom/daemon/gate.h"
#include "headroom/daemon/listener.h"
#include "headroom/daemon/reread.h"

namespace headroom {
namespace {

constexpr std::size_t kWaiting = 64;
constexpr std::size_t kMostHeaders = 64;
constexpr int kBreatherMs = 50;  // after an accept() that failed for want of descriptors

// Strangers reach a door under TLS, and each may be slow on purpose: more are served at once, each for a shorter time, and not
// all of one peer.
struct Limits {
  std::size_t threads = 4;
  std::size_t of_a_peer = kWaiting + 4;
  std::chrono::seconds patience{10};
};
constexpr Limits kAmongFriends{}, kAmongStrangers{16, 12, std::chrono::seconds(5)};

Request read_request(const httplib::Request& from) {
  Request to;
  to.method = from.method;
  to.path = from.path;
  for (const auto& [key, value] : from.params) to.query.emplace(key, value);
  if (from.has_header("Host")) to.host = from.get_header_value("Host");
  if (from.has_header("Origin")) to.origin = from.get_header_value("Origin");
  if (from.has_header("Authorization")) to.authorization = from.get_header_value("Authorization");
  return to;
}

CameFrom came_from(const httplib::Request& request) {
  CameFrom from{request.remote_addr};
  const X509* certificate = request.ssl == nullptr ? nullptr : SSL_get0_peer_certificate(request.ssl);
  if (certificate != nullptr) from.certificate = access::caller_by_certificate(*certificate, request.remote_addr);
  return from;
}

void write_answer(Answer from, httplib::Response& to) {
  to.status = from.status;
  to.set_header("Cache-Control", from.cache);
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  to.set_content(std::move(from.body), from.type);
}

// What httplib is used for: reading a request off a stream and writing the answer. Its own sockets, threads and routes
// are left aside.
class Protocol : public httplib::Server {
 public:
  // httplib's own constructor has SIGPIPE ignored, which OpenSSL's writes rely on.
  Protocol(std::unique_ptr<Gate> gate, const Api& api) : gate_(std::move(gate)), api_(api) {
    set_default_headers({{"Content-Security-Policy",
                          "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"},
                         {"X-Content-Type-Options", "nosniff"},
                         {"Referrer-Policy", "no-referrer"},
                         {"Cross-Origin-Resource-Policy", "same-origin"}});
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      write_answer(answer(request), response);
      return HandlerResponse::Handled;
    });
    set_error_handler(Handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty())
        write_answer(refusal(response.status, "bad_request", "this is no request the manager understands"), response);
    }));
  }

  void serve(Connection& connection) {
    bool closed = false;
    // A range would be cut out of every answer, many times over if asked so.
    process_request(connection, true, closed, [&](httplib::Request& request) {
      request.ranges.clear();
      request.ssl = connection.tls();
    });
    if (const std::string why = connection.refusal(); !why.empty()) gate_->turned_away(connection.peer(), why);
    connection.finish();
  }

 private:
  Answer answer(const httplib::Request& request) const {
    if (request.headers.size() > kMostHeaders || request.get_header_value_count("Host") > 1)
      return refusal(400, "bad_request", fmt::format("a request has one Host header, and at most {} in all", kMostHeaders));
    if (request.has_header("Transfer-Encoding") || request.get_header_value<std::uint64_t>("Content-Length") > Connection::kLongestRequest)
      return refusal(413, "too_large", "the body is too long; no request needs one");
    try {
      const Request read = read_request(request);
      auto caller = gate_->admit(read, came_from(request));
      return caller ? api_.answer(read, *caller) : std::move(caller.error());
    } catch (const std::exception& e) {
      return refusal(500, "internal", fmt::format("the answer could not be made: {}", e.what()));
    }
  }

  std::unique_ptr<Gate> gate_;
  const Api& api_;
};

}  // namespace

struct Door::State {
  State(Descriptor socket, std::unique_ptr<Gate> gate, const Api& api, Limits bounds = kAmongFriends)
      : listening(std::move(socket)), protocol(std::move(gate), api), limits(bounds) {}

  void accept_all();
  void serve_all();
  void admit(Descriptor accepted);
  void serve(Descriptor socket, const std::string& peer);
  void let_go(const std::string& peer);
  bool closing_within(int ms) const;

  struct Waiting {
    Descriptor socket;
    std::string peer;
  };

  Descriptor listening;
  SocketFile file;
  Protocol protocol;
  Limits limits;
  std::unique_ptr<Reread<TlsContext>> tls;      // none: in the clear
  Descriptor closing{eventfd(0, EFD_CLOEXEC)};
  std::string url;
  int port = 0;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> waiting;
  std::map<std::string, std::size_t> present;   // connections by peer, those that wait among them
  bool closed = false;
  std::vector<std::thread> threads;
};

void Door::State::accept_all() {
  for (;;) {
    std::array<pollfd, 2> either{pollfd{listening.get(), POLLIN, 0}, pollfd{closing.get(), POLLIN, 0}};
    if (poll(either.data(), either.size(), -1) < 0) continue;
    if (either[1].revents != 0) return;
    const int fd = accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      if ((errno == EMFILE || errno == ENFILE) && closing_within(kBreatherMs)) return;
      continue;
    }
    admit(Descriptor(fd));
  }
}

void Door::State::admit(Descriptor accepted) {
  std::string peer = peer_of(accepted);
  const std::lock_guard lock(mutex);
  const auto here = present.find(peer);
  if (waiting.size() >= kWaiting || (here != present.end() && here->second >= limits.of_a_peer)) return;
  ++present[peer];
  waiting.push_back({std::move(accepted), std::move(peer)});
  changed.notify_one();
}

bool Door::State::closing_within(int ms) const {
  pollfd one{closing.get(), POLLIN, 0};
  return poll(&one, 1, ms) > 0;
}

void Door::State::serve_all() {
  for (;;) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return closed || !waiting.empty(); });
    if (closed) return;
    Waiting next = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    serve(std::move(next.socket), next.peer);
    let_go(next.peer);
  }
}

void Door::State::serve(Descriptor socket, const std::string& peer) {
  auto channel = tls ? tls->now()->channel(socket.get()) : plain_channel(socket.get());
  Connection connection(std::move(socket), std::move(channel), peer, closing.get(), limits.patience);
  protocol.serve(connection);
}

void Door::State::let_go(const std::string& peer) {
  const std::lock_guard lock(mutex);
  if (const auto here = present.find(peer); --here->second == 0) present.erase(here);
}

Door::Door(std::unique_ptr<State> state) : state_(std::move(state)) {
  State& s = *state_;
  s.threads.emplace_back([&s] { s.accept_all(); });
  for (std::size_t i = 0; i < s.limits.threads; ++i) s.threads.emplace_back([&s] { s.serve_all(); });
}

Door::~Door() {
  State& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.closed = true;
  }
  const std::uint64_t one = 1;
  while (write(s.closing.get(), &one, sizeof one) < 0 && errno == EINTR) {}
  s.changed.notify_all();
  for (std::thread& t : s.threads) t.join();
}

namespace {

std::string url_of(std::string_view scheme, const std::string& address, int port) {
  const bool six = address.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}/", scheme, six ? "[" + address + "]" : address, port);
}

}  // namespace

Result<std::unique_ptr<Door>> Door::on_tcp(const TcpAddress& at, const Api& api) {
  if (!is_loopback(at))
    return invalid(fmt::format("{} is no loopback address (127.0.0.1 or [::1]): without TLS nobody else is listened to; give --tls-cert and "
                               "--tls-key, or reach it through an SSH tunnel", at.address));
  auto listening = listen_on(at);
  if (!listening) return tl::unexpected(listening.error());
  const int port = bound_port(listening->get());
  auto state = std::make_unique<State>(std::move(*listening), std::make_unique<LoopbackGate>(at.address, port), api);
  state->port = port;
  state->url = url_of("http", at.address, port);
  return std::unique_ptr<Door>(new Door(std::move(state)));
}

Result<std::unique_ptr<Door>> Door::on_tls(const TcpAddress& at, const TlsFiles& files, const Api& api, const access::Books& books,
                                           const Clock& clock) {
  Reread<TlsContext>::Files all{files.certificate, files.key};
  if (!files.client_ca.empty()) all.push_back(files.client_ca);
  auto tls = Reread<TlsContext>::open(std::move(all), [files, &clock] { return TlsContext::make(files, clock); }, {clock, *books.audit, "certificates of --listen"});
  if (!tls) return tl::unexpected(tls.error());
  auto listening = listen_on(at);
  if (!listening) return tl::unexpected(listening.error());
  const int port = bound_port(listening->get());
  auto state = std::make_unique<State>(std::move(*listening), std::make_unique<TokenGate>(books, clock), api, kAmongStrangers);
  state->tls = std::move(*tls);
  state->port = port;
  state->url = url_of("https", at.address, port);
  return std::unique_ptr<Door>(new Door(std::move(state)));
}

Result<std::unique_ptr<Door>> Door::on_socket(const std::filesystem::path& path, const Api& api) {
  auto made = SocketFile::listen_on(path);
  if (!made) return tl::unexpected(made.error());
  auto state = std::make_unique<State>(std::move(made->first), std::make_unique<SocketGate>(), api);
  state->file = std::move(made->second);
  state->url = "unix:" + path.string();
  return std::unique_ptr<Door>(new Door(std::move(state)));
}

int Door::port() const { return state_->port; }
std::string Door::url() const { return state_->url; }

}  // namespace headroom
