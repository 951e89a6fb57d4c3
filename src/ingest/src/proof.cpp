// From a connection to an agent: the handshake, and those who have no certificate yet.
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "server.h"

namespace headroom::ingest {

using wire::v1::Goodbye;

namespace {

constexpr std::size_t kMostShaking = 64;   // some 45 KiB each

bool wake_at(int fd, std::size_t bytes) {
  const int least = static_cast<int>(bytes);
  return setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least) == 0;
}

// TLS takes some 60 KiB while it shakes hands, so that it is begun only with a whole first record: until then the kernel holds what came.
Io first_record(int fd) {
  constexpr std::size_t kHead = 5, kMost = 4096;   // agents' are 300 bytes
  constexpr unsigned char kHandshake = 22;
  std::array<unsigned char, kHead> head{};
  const ssize_t got = recv(fd, head.data(), head.size(), MSG_PEEK);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Io::kWait;
  if (got <= 0 || head[0] != kHandshake) return Io::kOver;
  if (got < static_cast<ssize_t>(kHead)) return wake_at(fd, kHead) ? Io::kWait : Io::kOver;
  const std::size_t whole = kHead + (static_cast<std::size_t>(head[3]) << 8 | head[4]);
  int there = 0;
  if (whole > kMost || ioctl(fd, FIONREAD, &there) != 0) return Io::kOver;
  if (static_cast<std::size_t>(there) < whole) return wake_at(fd, whole) ? Io::kWait : Io::kOver;
  return wake_at(fd, 1) ? Io::kDone : Io::kOver;
}

}  // namespace

void Server::advance(Peer& peer) {
  if (peer.stage == Peer::Stage::kStranger) return hear_stranger(peer);
  if (peer.stage == Peer::Stage::kSilent) {
    const Io begun = first_record(peer.socket.get());
    if (begun == Io::kWait) return;
    if (begun == Io::kOver) {
      log_.say(peer.address, "no handshake: what it says first is none", now_);
      return drop(peer);
    }
    begin_handshake(peer);
    if (!peer.tls) return drop(peer);
  }
  const Io io = peer.shake();
  if (io == Io::kWait) {
    peer.waits_to_write = SSL_want_write(peer.tls.get());
    return watch(peer);
  }
  if (io == Io::kOver) {
    if (const long verdict = SSL_get_verify_result(peer.tls.get()); verdict != X509_V_OK) {
      refuse(peer, "connect", fmt::format("its certificate is refused: {}", X509_verify_cert_error_string(verdict)));
      ERR_clear_error();
      return linger(peer);   // for the alert
    }
    if (ERR_peek_error() == 0) return drop(peer);
    log_.say(peer.address, fmt::format("no handshake: {}", identity::openssl_error()), now_);
    return linger(peer);
  }
  shaken(peer);
}

void Server::shaken(Peer& peer) {
  auto speaker = speaker_of(*peer.tls);
  if (!speaker) {
    peer.stage = Peer::Stage::kStranger;
    peer.waits_to_write = false;
    watch(peer);
    return hear_stranger(peer);
  }
  epoll_ctl(proving_.get(), EPOLL_CTL_DEL, peer.socket.get(), nullptr);
  leave_unproven(peer);
  peer.stage = Peer::Stage::kProven;
  peer.speaker = std::move(*speaker);
  peer.heard_at = now_;
  peer.reader.set_limit(Peer::kFrameOfAgent);
  epoll_event e{};
  e.events = EPOLLIN;
  e.data.u64 = static_cast<std::uint64_t>(peer.number) << 32 | static_cast<std::uint32_t>(peer.socket.get());
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, peer.socket.get(), &e) != 0) return drop(peer);
  serve(peer);
}

// An honest one is over within a round trip or two, so that whoever has not come to the end of it when so many others have begun is the one
// to go, from however many addresses they come.
void Server::begin_handshake(Peer& peer) {
  if (shaking_.size() >= kMostShaking) drop(*peers_.at(shaking_.front()));
  peer.tls = tls_->accept(peer.socket.get());
  if (!peer.tls) return;
  peer.stage = Peer::Stage::kShaking;
  peer.among_shaking = shaking_.insert(shaking_.end(), peer.socket.get());
}

void Server::leave_unproven(Peer& peer) {
  if (peer.stage != Peer::Stage::kSilent) shaking_.erase(peer.among_shaking);
  unproven_.erase(peer.among_unproven);
  if (const auto of = unproven_of_.find(peer.address); --of->second == 0) unproven_of_.erase(of);
}

// One message, and only one that asks to join.
void Server::hear_stranger(Peer& peer) {
  std::string why;
  for (;;) {
    if (const auto payload = peer.reader.next()) {
      if (auto good = wire::decode(*payload, message_); !good) return dismiss(peer, Goodbye::PROTOCOL, good.error().message);
      if (!message_.has_join()) return turn_away(peer, "connect", "without a certificate it may only join");
      return join(peer, message_.join());
    }
    const Io io = peer.read(buffer_, why);
    if (io == Io::kWait) return;
    if (io == Io::kDone) continue;
    if (why.empty()) return drop(peer);
    return dismiss(peer, Goodbye::PROTOCOL, why);
  }
}

void Server::refuse(const Peer& peer, const char* wanted, const std::string& why) {
  log_.say(peer.address, why, now_);
  if (ports_.witness != nullptr) ports_.witness->refused(peer.address, peer.speaker.vm_uuid, wanted, why);
}

void Server::join(Peer& peer, const wire::v1::Join& asked) {
  if (!joins_.take(now_)) return dismiss(peer, Goodbye::BUSY, "too many join at once");
  const auto issued = ports_.identities.join(asked.token(), asked.csr(), now_);
  if (!issued) {
    refuse(peer, "join", fmt::format("it may not join: {}", issued.error().message));
    return dismiss(peer, issued.error().code == ErrorCode::kFailed ? Goodbye::BUSY : Goodbye::REFUSED, "the join token is not good");
  }
  if (auto noted = ports_.witness == nullptr ? Result<void>() : ports_.witness->joined(peer.address, *issued); !noted) {
    static_cast<void>(ports_.identities.revoke_serial(issued->serial, now_));
    log_.say("this manager", fmt::format("VM {} may not join: {}", issued->vm_uuid, noted.error().message), now_);
    return dismiss(peer, Goodbye::BUSY, "it cannot be written down who joins");
  }
  log_.say(peer.address, fmt::format("joined as VM {}, certificate {} until {}", issued->vm_uuid, issued->serial, to_rfc3339(issued->until)), now_);
  wire::v1::ToAgent answer;
  answer.mutable_joined()->add_chain(issued->certificate);
  answer.mutable_joined()->set_ca(identity::to_der(ports_.identities.authority().certificate()));
  wire::append(answer, peer.out);
  linger(peer);
}

}  // namespace headroom::ingest
