#include "headroom/daemon/door.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "connection.h"

namespace headroom {
namespace {

constexpr std::size_t kThreads = 4, kWaiting = 64;
constexpr std::size_t kMostHeaders = 64;
constexpr int kBreatherMs = 50;  // after an accept() that failed for want of descriptors

using Respond = std::function<Answer(const Request&)>;

Request read_request(const httplib::Request& from) {
  Request to;
  to.method = from.method;
  to.path = from.path;
  for (const auto& [key, value] : from.params) to.query.emplace(key, value);
  if (from.has_header("Host")) to.host = from.get_header_value("Host");
  if (from.has_header("Origin")) to.origin = from.get_header_value("Origin");
  return to;
}

void write_answer(Answer from, httplib::Response& to) {
  to.status = from.status;
  to.set_header("Cache-Control", from.cache);
  if (!from.allow.empty()) to.set_header("Allow", from.allow);
  to.set_content(std::move(from.body), from.type);
}

// What httplib is used for: reading a request off a stream and writing the answer. Its own sockets, threads and routes
// are left aside.
class Protocol : public httplib::Server {
 public:
  explicit Protocol(Respond respond) : respond_(std::move(respond)) {
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
    process_request(connection, true, closed, [](httplib::Request& request) { request.ranges.clear(); });
    connection.finish();
  }

 private:
  Answer answer(const httplib::Request& request) const {
    if (request.headers.size() > kMostHeaders || request.get_header_value_count("Host") > 1)
      return refusal(400, "bad_request", fmt::format("a request has one Host header, and at most {} in all", kMostHeaders));
    if (request.has_header("Transfer-Encoding") || request.get_header_value<std::uint64_t>("Content-Length") > Connection::kLongestRequest)
      return refusal(413, "too_large", "the body is too long; no request needs one");
    try {
      return respond_(read_request(request));
    } catch (const std::exception& e) {
      return refusal(500, "internal", fmt::format("the answer could not be made: {}", e.what()));
    }
  }

  Respond respond_;
};

}  // namespace

struct Door::State {
  State(Descriptor socket, Respond respond) : listening(std::move(socket)), protocol(std::move(respond)) {}

  void accept_all();
  void serve_all();
  bool closing_within(int ms) const;

  Descriptor listening;
  SocketFile file;
  Protocol protocol;
  Descriptor closing{eventfd(0, EFD_CLOEXEC)};
  std::string url;
  int port = 0;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Descriptor> waiting;
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
    Descriptor accepted(fd);
    const std::lock_guard lock(mutex);
    if (waiting.size() >= kWaiting) continue;
    waiting.push_back(std::move(accepted));
    changed.notify_one();
  }
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
    Descriptor socket = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    Connection connection(std::move(socket), closing.get());
    protocol.serve(connection);
  }
}

Door::Door(std::unique_ptr<State> state) : state_(std::move(state)) {
  State& s = *state_;
  s.threads.emplace_back([&s] { s.accept_all(); });
  for (std::size_t i = 0; i < kThreads; ++i) s.threads.emplace_back([&s] { s.serve_all(); });
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

Result<std::unique_ptr<Door>> Door::on_tcp(const TcpAddress& at, const Api& api) {
  auto listening = listen_on(at);
  if (!listening) return tl::unexpected(listening.error());
  const int port = port_of(*listening);
  auto state = std::make_unique<State>(std::move(*listening), [&api, guard = HostGuard(at.address, port)](const Request& request) {
    auto refused = guard.refuse(request);
    return refused ? std::move(*refused) : api.answer(request, false);
  });
  state->port = port;
  state->url = at.address.find(':') == std::string::npos ? fmt::format("http://{}:{}/", at.address, port)
                                                         : fmt::format("http://[{}]:{}/", at.address, port);
  return std::unique_ptr<Door>(new Door(std::move(state)));
}

Result<std::unique_ptr<Door>> Door::on_socket(const std::filesystem::path& path, const Api& api) {
  auto made = SocketFile::listen_on(path);
  if (!made) return tl::unexpected(made.error());
  auto state = std::make_unique<State>(std::move(made->first), [&api](const Request& request) {
    if (request.origin) return refusal(403, "forbidden", "no web page has business here");
    return api.answer(request, true);
  });
  state->file = std::move(made->second);
  state->url = "unix:" + path.string();
  return std::unique_ptr<Door>(new Door(std::move(state)));
}

int Door::port() const { return state_->port; }
std::string Door::url() const { return state_->url; }

}  // namespace headroom
