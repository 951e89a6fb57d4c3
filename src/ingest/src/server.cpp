#include "server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "headroom/base/socket_address.h"

namespace headroom::ingest {
namespace {

constexpr int kBacklog = 4096;
constexpr int kEventsATurn = 256, kAcceptsATurn = 128, kMessagesATurn = 64;
constexpr int kProvesATurn = 8;            // handshakes take a millisecond and more each: those who report wait for no more of them
constexpr Duration kSweepEvery = std::chrono::seconds(1), kResumeEvery = std::chrono::milliseconds(100);
constexpr Duration kLongestWait = std::chrono::milliseconds(200), kLeaveWithin = std::chrono::seconds(2);
constexpr std::uint64_t kListening = 0, kWakes = 1, kProving = 2;   // events that are no peer's

std::uint64_t event_of(const Peer& peer) { return static_cast<std::uint64_t>(peer.number) << 32 | static_cast<std::uint32_t>(peer.socket.get()); }

Result<Descriptor> listen_on(const IngestOptions& o) {
  const auto at = socket_address(o.address, static_cast<std::uint16_t>(o.port));
  if (!at) return invalid(fmt::format("agents cannot connect to '{}': it is no IPv4 or IPv6 address of this machine", o.address));
  Descriptor listening(socket(at->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (listening && bind(listening.get(), at->get(), at->length) == 0 && listen(listening.get(), kBacklog) == 0) return listening;
  return fail(ErrorCode::kFailed, fmt::format("cannot listen for agents on {} port {}: {}", o.address, o.port, std::strerror(errno)));
}

std::string text_of(const sockaddr_storage& from) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = from.ss_family == AF_INET6 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(from).sin6_addr)
                                                 : &reinterpret_cast<const sockaddr_in&>(from).sin_addr;
  inet_ntop(from.ss_family, bytes, text.data(), text.size());
  return text.data();
}

bool listen_to(int epoll, int fd, std::uint64_t event, std::uint32_t more = 0) {
  epoll_event e{};
  e.events = EPOLLIN | more;
  e.data.u64 = event;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const IngestOptions& options, const IngestPorts& ports) {
  auto tls = TlsContext::make(ports.identities, ports.clock);
  if (!tls) return tl::unexpected(tls.error());
  auto listening = listen_on(options);
  if (!listening) return tl::unexpected(listening.error());
  std::unique_ptr<Server> server(new Server(options, ports, std::move(*tls), std::move(*listening)));
  const int main = server->epoll_.get();
  const bool set = listen_to(main, server->listening_.get(), kListening) && listen_to(main, server->wakes_.get(), kWakes) && listen_to(main, server->proving_.get(), kProving);
  if (!set) return fail(ErrorCode::kFailed, fmt::format("agents cannot be waited for: {}", std::strerror(errno)));
  return server;
}

Server::Server(const IngestOptions& options, const IngestPorts& ports, std::unique_ptr<TlsContext> tls, Descriptor listening)
    : options_(options), ports_(ports), tls_(std::move(tls)), listening_(std::move(listening)), epoll_(epoll_create1(EPOLL_CLOEXEC)),
      proving_(epoll_create1(EPOLL_CLOEXEC)), wakes_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), now_(ports.clock.now()),
      intake_(ports.history, options.most_waiting), joins_(options.joins_per_second, 2 * options.joins_per_second, now_), log_(ports.log, now_),
      revocations_(ports.identities.revocations()) {}

int Server::port() const { return bound_port(listening_.get()); }

void Server::wake() {
  const std::uint64_t one = 1;
  while (write(wakes_.get(), &one, sizeof one) < 0 && errno == EINTR) {}
}

void Server::stop() {
  stopping_ = true;
  wake();
}

// What is read and not acknowledged is committed all the same: it is one sync, and saves the agents sending it again.
void Server::run() {
  sigset_t pipe;   // OpenSSL writes to connections that may be gone
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (!stopping_) turn();
  if (intake_.anything()) commit();
  while (!peers_.empty()) drop(*peers_.begin()->second);
}

int Server::wait_ms() const {
  if (!again_.empty()) return 0;
  const Duration until_commit = commit_at_ ? *commit_at_ - now_ : kLongestWait;
  return static_cast<int>(std::clamp<Duration>(until_commit, Duration(0), kLongestWait).count());
}

void Server::turn() {
  std::array<epoll_event, kEventsATurn> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsATurn, wait_ms());
  now_ = ports_.clock.now();
  const auto more = std::exchange(again_, {});
  for (const std::uint64_t event : more)
    if (Peer* peer = peer_of(event)) {
      peer->listed_again = false;
      serve(*peer);
    }
  bool proving = false;
  for (int i = 0; i < count; ++i) {
    const epoll_event& e = events[static_cast<std::size_t>(i)];
    if (e.data.u64 == kListening) accept_some();
    else if (e.data.u64 == kProving) proving = true;
    else if (e.data.u64 == kWakes) {
      std::uint64_t ignored = 0;
      static_cast<void>(!::read(wakes_.get(), &ignored, sizeof ignored));
    } else if (Peer* peer = peer_of(e.data.u64)) {
      if (peer->stage == Peer::Stage::kLeaving) see_off(*peer);
      else if ((e.events & EPOLLOUT) != 0) write_more(*peer);
      else if (!peer->paused) serve(*peer);
      else if ((e.events & (EPOLLHUP | EPOLLERR)) != 0) drop(*peer);   // what it sent and nobody read it sends again
    }
  }
  if (proving) {
    std::array<epoll_event, kProvesATurn> unproven{};
    const int ready = epoll_wait(proving_.get(), unproven.data(), kProvesATurn, 0);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& e = unproven[static_cast<std::size_t>(i)];
      Peer* peer = peer_of(e.data.u64);
      if (peer == nullptr) continue;
      if (peer->stage == Peer::Stage::kSilent && (e.events & EPOLLRDHUP) != 0) drop(*peer);   // it says no more, and has not begun
      else advance(*peer);
    }
  }
  check_revocations();
  ask_all();
  if (commit_at_ ? now_ >= *commit_at_ : intake_.anything()) {
    if (commit_at_) commit();
    else commit_at_ = now_ + options_.commit_every;
  }
  if (now_ - sweep_at_ >= kSweepEvery || now_ < sweep_at_) sweep();
  if (now_ - resume_at_ < kResumeEvery && now_ >= resume_at_) return;
  resume_at_ = now_;
  for (const std::uint64_t event : std::exchange(paused_, {}))
    if (Peer* peer = peer_of(event); peer != nullptr && peer->paused) {   // it may have been told to leave since
      peer->paused = false;
      watch(*peer);
      serve(*peer);
    }
}

Peer* Server::peer_of(std::uint64_t event) {
  const auto found = peers_.find(static_cast<int>(event & 0xffffffff));
  return found != peers_.end() && found->second->number == event >> 32 ? found->second.get() : nullptr;
}

void Server::accept_some() {
  for (int i = 0; i < kAcceptsATurn; ++i) {
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    const int fd = accept4(listening_.get(), reinterpret_cast<sockaddr*>(&from), &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) {
      // Without a descriptor the connection stays in the queue; the oldest of the unproven makes room for it.
      if (errno != EMFILE && errno != ENFILE) return;
      if (!unproven_.empty()) return drop(*peers_.at(unproven_.front()));
      log_.say("this manager", fmt::format("no descriptor is left for more than {} connections", peers_.size()), now_);
      return accept_more(false);   // or it would be asked to without end
    }
    admit(fd, text_of(from));
  }
}

void Server::accept_more(bool more) {
  accepts_ = more;
  epoll_event e{};
  e.events = more ? EPOLLIN : 0U;
  e.data.u64 = kListening;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listening_.get(), &e);
}

void Server::admit(int fd, const std::string& address) {
  make_room(address);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  auto peer = std::make_unique<Peer>(fd, next_number_++, address, now_, Bucket(options_.messages_per_second, options_.message_burst, now_));
  if (next_number_ == 0) next_number_ = 1;
  if (peers_.size() >= options_.most_connections || !listen_to(proving_.get(), fd, event_of(*peer), EPOLLRDHUP)) {
    log_.say(address, fmt::format("it is not let in: {} are connected, and that is the most", peers_.size()), now_);
    return;
  }
  peer->among_unproven = unproven_.insert(unproven_.end(), fd);
  ++unproven_of_[address];
  peers_.emplace(fd, std::move(peer));
}

// Who opens connections and shows nothing pushes out its own, or else the oldest.
void Server::make_room(const std::string& address) {
  const auto own = unproven_of_.find(address);
  if (own != unproven_of_.end() && own->second >= options_.most_unproven_of_one) {
    const auto oldest = std::find_if(unproven_.begin(), unproven_.end(), [&](int fd) { return peers_.at(fd)->address == address; });
    drop(*peers_.at(*oldest));
  } else if (unproven_.size() >= options_.most_unproven) {
    drop(*peers_.at(unproven_.front()));
  }
}

void Server::watch(Peer& peer) {
  epoll_event e{};
  const bool last_words = peer.stage == Peer::Stage::kLeaving && peer.tls;   // nothing is read before they are written
  e.events = peer.paused || last_words ? 0U : static_cast<std::uint32_t>(EPOLLIN);
  if (peer.waits_to_write) e.events |= EPOLLOUT;
  e.data.u64 = event_of(peer);
  epoll_ctl(peer.unproven() ? proving_.get() : epoll_.get(), EPOLL_CTL_MOD, peer.socket.get(), &e);
}

bool Server::may_read(Peer& peer) {
  if (intake_.full()) commit();
  return !intake_.full() && peer.messages.any(now_) && peer.out.size() < Peer::kMostToSend;
}

void Server::pause(Peer& peer) {
  if (!std::exchange(peer.paused, true)) paused_.push_back(event_of(peer));
  watch(peer);
}

// Some messages of one, then it is the others' turn.
void Server::serve(Peer& peer) {
  if (peer.stage == Peer::Stage::kLeaving) return;
  const std::uint64_t who = event_of(peer);
  std::string why;
  for (int taken = 0; taken < kMessagesATurn;) {
    if (!may_read(peer)) return pause(peer);
    if (const auto payload = peer.reader.next()) {
      ++taken;
      peer.messages.take(now_);
      hear(peer, *payload);
      if (peer_of(who) == nullptr || peer.stage == Peer::Stage::kLeaving) return;
      continue;
    }
    const Io io = peer.read(buffer_, why);
    if (io == Io::kWait) return;
    if (io == Io::kDone) continue;
    if (why.empty()) return drop(peer);
    return dismiss(peer, wire::v1::Goodbye::PROTOCOL, why);
  }
  if (!std::exchange(peer.listed_again, true)) again_.push_back(who);
}

void Server::check_revocations() {
  if (std::exchange(revocations_, ports_.identities.revocations()) == ports_.identities.revocations()) return;
  std::vector<std::uint64_t> all;
  for (const auto& [fd, peer] : peers_)
    if (!peer->unproven() && peer->stage != Peer::Stage::kLeaving) all.push_back(event_of(*peer));
  for (const std::uint64_t event : all) {
    Peer& peer = *peer_of(event);
    const auto standing = ports_.identities.standing(peer.speaker.serial, now_);
    if (!standing || *standing != identity::Standing::kGood) turn_away(peer, "connect", "its certificate is revoked");
  }
}

// Deadlines: to show who it is, of its certificate, of saying anything, of leaving.
void Server::sweep() {
  sweep_at_ = now_;
  if (!accepts_) accept_more(true);
  std::erase_if(spent_, [this](const auto& of) { return Bucket(of.second).full(now_); });
  if (auto ok = tls_->renew(now_); !ok) log_.say("this manager", ok.error().message, now_);
  std::vector<std::uint64_t> late;
  for (const auto& [fd, peer] : peers_) {
    const bool leaving = peer->stage == Peer::Stage::kLeaving;
    const Duration patience = leaving ? kLeaveWithin : peer->unproven() ? options_.prove_within : options_.idle_for;
    const Instant from = peer->unproven() ? peer->since : peer->heard_at;
    const bool ended = !leaving && !peer->unproven() && peer->speaker.until <= now_;
    if (now_ - from > patience || ended) late.push_back(event_of(*peer));
  }
  for (const std::uint64_t event : late) {
    Peer& peer = *peer_of(event);
    const bool ended = !peer.unproven() && peer.stage != Peer::Stage::kLeaving && peer.speaker.until <= now_;
    if (ended) turn_away(peer, "connect", "its certificate has ended");
    else drop(peer);
  }
}

void Server::commit() {
  commit_at_.reset();
  const auto done = intake_.commit();
  if (!done) {
    if (!std::exchange(disk_fails_, true)) log_.say("this manager", fmt::format("reports are not acknowledged: {}", done.error().message), now_);
    commit_at_ = now_ + options_.commit_every;
    return;
  }
  disk_fails_ = false;
  wire::v1::ToAgent ack;
  for (const auto& run : *done) {
    const auto peer = by_vm_.find(run->vm_uuid);
    if (peer == by_vm_.end() || peer->second->run != run) continue;
    ack.mutable_ack()->set_through_sequence(run->durable);
    send(*peer->second, ack);
  }
}

}  // namespace headroom::ingest
