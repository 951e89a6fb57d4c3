// The bytes of an accepted socket, in the clear or under TLS. Nothing here waits: who is told to comes again when poll() says so.
//
// Threads: one at a time. Ownership: a channel borrows the socket, which outlives it.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <memory>

#include "headroom/base/clock.h"
#include "headroom/base/result.h"
#include "headroom/daemon/door.h"

namespace headroom {

struct Moved {
  ssize_t bytes = -1;       // above 0: so many; 0: nothing more will come; -1: an error, or see below
  short wait_for = 0;       // POLLIN or POLLOUT: try again then
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual Moved receive(char* to, std::size_t size) = 0;
  virtual Moved send(const char* from, std::size_t size) = 0;
  virtual bool holds_more() const { return false; }   // received, but not handed out
  virtual void say_goodbye() {}
  virtual const SSL* tls() const { return nullptr; }  // null: in the clear
  virtual std::string refusal() const { return {}; }  // why the client's certificate is not believed; empty: nothing to say
};

std::unique_ptr<Channel> plain_channel(int socket);

// What TLS connections of a door have in common: TLS 1.3, a certificate with its chain, its key, and who may vouch for clients. Who shows
// no certificate is let in all the same: a token may say who it is. One that is shown and is not good ends the handshake.
class TlsContext {
 public:
  // Errors: those of check_tls_files(). By `clock`, which outlives it, clients' certificates are in force or not.
  static Result<TlsContext> make(const TlsFiles& files, const Clock& clock);
  // The handshake is part of the first receive().
  std::unique_ptr<Channel> channel(int socket) const;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace headroom
