// Connections that say nothing, or something that is no handshake's end, and stay; for tests of what that costs a manager.
//
// Threads: one. Errors: those that the system does not let be made are fewer (count()).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headroom::ingest::testing {

class HalfOpen {
 public:
  // `addresses`: of ours that they come from, in turn.
  HalfOpen(int port, std::size_t count, std::string_view say = {}, std::size_t addresses = 1);
  ~HalfOpen();
  HalfOpen(const HalfOpen&) = delete;
  HalfOpen& operator=(const HalfOpen&) = delete;

  std::size_t count() const { return fds_.size(); }
  // Some more on each; which of them are over is not looked at.
  void say(std::string_view more) const;

 private:
  std::vector<int> fds_;
};

// What OpenSSL says first.
std::string client_hello();

}  // namespace headroom::ingest::testing
