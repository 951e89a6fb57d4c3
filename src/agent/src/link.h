// One connection to a manager: a byte stream, TLS over it, frames in it. Nothing blocks.
//
//   Link link;
//   link.open(endpoint, context.get(), judge);
//   poll {link.fd(), link.wants()};  link.advance() when ready;  link.state()
//   while (const auto payload = link.next()) ...
//   link.send(message);
//
// The newest ticket a manager gave is shown to the next, so that neither has to prove anew by signatures who it is. It is of the
// certificate that was shown for it: forget_session() when there is another one.
//
// Threads: one. Errors: advance() fails once with one sentence and the link is closed then.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "files.h"
#include "headroom/agent/endpoint.h"
#include "headroom/wire/frame.h"
#include "headroom/wire/message.h"
#include "tls.h"

namespace headroom::agent {

class Link {
 public:
  enum class State { kClosed, kConnecting, kHandshake, kOpen };
  using Judge = std::function<Result<void>(SSL&)>;  // of who answered, before a word is said

  Result<void> open(const Endpoint& endpoint, SSL_CTX* context, Judge judge);
  void close();
  void forget_session() { session_.reset(); }

  State state() const { return state_; }
  int fd() const { return fd_.get(); }
  short wants() const;  // for poll
  Result<void> advance();

  void send(const wire::v1::FromAgent& message);  // goes out with the next flush() or advance()
  Result<void> flush();
  std::size_t unsent_bytes() const { return out_.size(); }
  std::optional<std::string_view> next() { return frames_.next(); }

 private:
  Result<void> go_on();
  Result<void> connected();
  Result<void> handshake();
  Result<void> read_all();
  Result<void> lost(const std::string& what, int result);
  static int keep_session(SSL* stream, SSL_SESSION* session);

  State state_ = State::kClosed;
  std::string name_;
  Descriptor fd_;
  TlsStream tls_;
  TlsSession session_;
  Judge judge_;
  wire::FrameReader frames_;
  std::string out_;
  bool write_blocked_ = false, read_wants_write_ = false;
};

}  // namespace headroom::agent
