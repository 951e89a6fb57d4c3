#include "link.h"

#include <openssl/err.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace headroom::agent {
namespace {

// What an earlier connection left in a virtio-serial port: it would be taken for the new one's first bytes.
void drain(int fd) {
  std::array<char, 4096> part{};
  while (read(fd, part.data(), part.size()) > 0) {
  }
}

}  // namespace

Result<void> Link::open(const Endpoint& endpoint, SSL_CTX* context, Judge judge) {
  close();
  const auto fd = open_endpoint(endpoint);
  if (!fd) return tl::unexpected(fd.error());
  fd_ = Descriptor(*fd);
  name_ = endpoint.text;
  if (endpoint.is_device) drain(*fd);
  SSL_CTX_sess_set_new_cb(context, &Link::keep_session);
  tls_ = TlsStream(SSL_new(context));
  SSL_set_app_data(tls_.get(), this);
  // A copy: OpenSSL spoils the session of a connection that ends without a goodbye, as they do when the manager dies.
  if (const TlsSession copy(session_ ? SSL_SESSION_dup(session_.get()) : nullptr); copy) SSL_set_session(tls_.get(), copy.get());
  BIO* bio = BIO_new_fd(*fd, BIO_NOCLOSE);
  SSL_set_bio(tls_.get(), bio, bio);
  judge_ = std::move(judge);
  state_ = endpoint.is_device ? State::kHandshake : State::kConnecting;
  return state_ == State::kHandshake ? advance() : Result<void>();
}

int Link::keep_session(SSL* stream, SSL_SESSION* session) {
  static_cast<Link*>(SSL_get_app_data(stream))->session_.reset(SSL_SESSION_dup(session));
  return 0;
}

void Link::close() {
  if (state_ == State::kOpen) SSL_shutdown(tls_.get());
  tls_.reset();
  fd_.reset();
  frames_ = wire::FrameReader();
  out_.clear();
  write_blocked_ = read_wants_write_ = false;
  state_ = State::kClosed;
}

short Link::wants() const {
  if (state_ == State::kConnecting) return POLLOUT;
  return static_cast<short>(POLLIN | (write_blocked_ || read_wants_write_ ? POLLOUT : 0));
}

Result<void> Link::advance() {
  auto done = go_on();
  if (!done) close();
  return done;
}

Result<void> Link::go_on() {
  if (state_ == State::kConnecting) {
    if (auto ok = connected(); !ok) return ok;
  }
  if (state_ == State::kHandshake) {
    if (auto ok = handshake(); !ok) return ok;
  }
  if (state_ != State::kOpen) return {};
  if (auto ok = read_all(); !ok) return ok;
  return flush();
}

Result<void> Link::connected() {
  int error = 0;
  socklen_t bytes = sizeof error;
  getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &bytes);
  if (error != 0) return fail(ErrorCode::kUnreachable, name_ + " cannot be reached: " + std::strerror(error));
  pollfd ready{fd_.get(), POLLOUT, 0};
  if (poll(&ready, 1, 0) == 1) state_ = State::kHandshake;
  return {};
}

Result<void> Link::handshake() {
  ERR_clear_error();
  const int result = SSL_connect(tls_.get());
  if (result != 1) {
    auto waits = lost("no connection with " + name_, result);
    if (!waits) forget_session();
    return waits;
  }
  if (auto ok = judge_(*tls_); !ok) return ok;
  state_ = State::kOpen;
  return {};
}

Result<void> Link::read_all() {
  std::array<char, 4096> part{};
  for (;;) {
    ERR_clear_error();
    const int got = SSL_read(tls_.get(), part.data(), static_cast<int>(part.size()));
    if (got <= 0) return lost("the connection with " + name_ + " was lost", got);
    if (auto ok = frames_.push(std::string_view(part.data(), static_cast<std::size_t>(got))); !ok) return ok;
    if (SSL_pending(tls_.get()) == 0) return {};
  }
}

Result<void> Link::flush() {
  write_blocked_ = false;
  while (state_ == State::kOpen && !out_.empty()) {
    ERR_clear_error();
    const int sent = SSL_write(tls_.get(), out_.data(), static_cast<int>(out_.size()));
    if (sent <= 0) {
      auto ok = lost("the connection with " + name_ + " was lost", sent);
      write_blocked_ = ok.has_value();
      return ok;
    }
    out_.erase(0, static_cast<std::size_t>(sent));
  }
  return {};
}

void Link::send(const wire::v1::FromAgent& message) { wire::append(message, out_); }

// Nothing when it only has to wait; otherwise the reason.
Result<void> Link::lost(const std::string& what, int result) {
  const int error = SSL_get_error(tls_.get(), result);
  read_wants_write_ = error == SSL_ERROR_WANT_WRITE;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return {};
  if (error == SSL_ERROR_ZERO_RETURN) return fail(ErrorCode::kUnreachable, what + ": it was closed");
  if (error == SSL_ERROR_SSL) return fail(ErrorCode::kRefused, what + ": " + tls_reason());
  return fail(ErrorCode::kUnreachable, what + ": " + (errno != 0 && result < 0 ? std::strerror(errno) : "it ended without a word"));
}

}  // namespace headroom::agent
