#include "beat_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "headroom/base/clock.h"

namespace headroom::lab {
namespace {

constexpr int kLookMs = 100;

int connect_to(const std::string& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(7000);
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  const timeval patience{2, 0};
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const std::string ask = "beat 50\n";
  if (connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 && send(socket, ask.data(), ask.size(), MSG_NOSIGNAL) > 0) return socket;
  close(socket);
  return -1;
}

}  // namespace

BeatClient::BeatClient(std::string address) : address_(std::move(address)), thread_([this] { listen(); }) {}

BeatClient::~BeatClient() {
  stop_.request();
  thread_.join();
}

BeatClient::Seen BeatClient::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void BeatClient::listen() {
  while (!stop_.requested()) {
    const int socket = connect_to(address_);
    if (socket >= 0) {
      {
        const std::lock_guard lock(mutex_);
        ++seen_.connections;
      }
      hear(socket);
      close(socket);
    }
    stop_.wait_for(std::chrono::milliseconds(kLookMs));
  }
}

void BeatClient::hear(int socket) {
  std::string unread;
  std::optional<long> before;
  Stopwatch since;
  double last = 0;
  while (!stop_.requested()) {
    pollfd waited{socket, POLLIN, 0};
    if (poll(&waited, 1, kLookMs) <= 0) continue;
    char part[4096];
    const ssize_t got = recv(socket, part, sizeof part, 0);
    if (got <= 0) return;
    const double now = since.seconds();
    const std::lock_guard lock(mutex_);
    seen_.longest_gap_ms = std::max(seen_.longest_gap_ms, before ? (now - last) * 1000 : 0.0);
    last = now;
    unread.append(part, static_cast<std::size_t>(got));
    for (std::size_t end; (end = unread.find('\n')) != std::string::npos; unread.erase(0, end + 1)) {
      if (!unread.starts_with("beat ")) continue;
      const long number = std::stol(unread.substr(5));
      seen_.missing += before ? number - *before - 1 : 0;
      before = number;
      ++seen_.beats;
    }
  }
}

}  // namespace headroom::lab
