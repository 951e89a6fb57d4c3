// Who a request is from, by the door it came in through; or why it gets no further.
//
// Threads: any. Ownership: borrows books and clock.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "headroom/access/throttle.h"
#include "headroom/base/clock.h"
#include "headroom/daemon/api.h"

namespace headroom {

using Admission = tl::expected<access::Caller, Answer>;

// What a request's connection tells of who sent it.
struct CameFrom {
  std::string address;                          // as peer_of() calls it
  std::optional<access::Caller> certificate{};  // by the certificate it showed, which is believed; none: it showed none
};

class Gate {
 public:
  virtual ~Gate() = default;
  virtual Admission admit(const Request& request, const CameFrom& from) = 0;
  // A connection that came to nothing: its certificate is not believed.
  virtual void turned_away(const std::string& address, const std::string& why);
};

// In the clear on a loopback address: anybody is a viewer. So that no web page elsewhere can read a fleet through the operator's
// browser, the Host must be the address listened on (or localhost), and there must be no Origin of another site.
class LoopbackGate final : public Gate {
 public:
  LoopbackGate(const std::string& address, int port);
  Admission admit(const Request& request, const CameFrom& from) override;

 private:
  std::vector<std::string> hosts_;   // "127.0.0.1:7474", "localhost:7474"
};

// Under TLS: the token says who, or else the client's certificate. A browser sends no token by itself, but it does show a certificate,
// whichever site's page asks: an Origin of another site is refused. Without either it is nobody, who gets the page and its box for a token.
class TokenGate final : public Gate {
 public:
  TokenGate(const access::Books& books, const Clock& clock) : books_(books), clock_(clock) {}
  Admission admit(const Request& request, const CameFrom& from) override;
  void turned_away(const std::string& address, const std::string& why) override;

 private:
  const access::Books& books_;
  const Clock& clock_;
  access::Throttle throttle_;
};

// Whoever could open the socket.
class SocketGate final : public Gate {
 public:
  Admission admit(const Request& request, const CameFrom& from) override;
};

}  // namespace headroom
