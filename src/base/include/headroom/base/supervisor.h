// Whoever started this program and wants to hear how it is: systemd with Type=notify, or anybody who sets NOTIFY_SOCKET to a datagram
// socket ("@name" for an abstract one). One datagram a word, as sd_notify(3) sends them; without NOTIFY_SOCKET nothing is said.
//
// Threads: any. Errors: none: a supervisor that does not listen is no reason not to work.
#pragma once

#include <string>
#include <string_view>

namespace headroom {

class Supervisor {
 public:
  static Supervisor from_environment();

  bool listens() const { return !socket_.empty(); }
  void tell_ready() const { tell("READY=1"); }
  void tell_alive() const { tell("WATCHDOG=1"); }     // oftener than WatchdogSec=
  void tell_stopping() const { tell("STOPPING=1"); }

 private:
  explicit Supervisor(std::string socket) : socket_(std::move(socket)) {}
  void tell(std::string_view word) const;

  std::string socket_;   // empty: nobody listens
};

}  // namespace headroom
