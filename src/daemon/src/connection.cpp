#include "connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace headroom {
namespace {

constexpr std::size_t kDrained = 64 << 10;
constexpr int kDrainPatienceMs = 200;

}  // namespace

bool Connection::wait(short event) const {
  const double left = std::chrono::duration<double>(patience_).count() - open_for_.seconds();
  if (left <= 0) return false;
  std::array<pollfd, 2> either{pollfd{socket_.get(), event, 0}, pollfd{closing_, POLLIN, 0}};
  const int ready = poll(either.data(), either.size(), static_cast<int>(left * 1000) + 1);
  return ready > 0 && either[1].revents == 0;
}

ssize_t Connection::read(char* to, size_t size) {
  if (begin_ == end_) {
    if (total_ >= kLongestRequest) return -1;
    Moved got = channel_->receive(buffer_.data(), buffer_.size());
    for (; got.wait_for != 0; got = channel_->receive(buffer_.data(), buffer_.size()))
      if (!wait(got.wait_for)) return -1;
    if (got.bytes <= 0) return got.bytes;
    begin_ = 0;
    end_ = static_cast<std::size_t>(got.bytes);
    total_ += end_;
  }
  const std::size_t some = std::min(size, end_ - begin_);
  std::copy_n(buffer_.data() + begin_, some, to);
  begin_ += some;
  return static_cast<ssize_t>(some);
}

ssize_t Connection::write(const char* from, size_t size) {
  std::size_t sent = 0;
  while (sent < size) {
    const Moved some = channel_->send(from + sent, size - sent);
    if (some.wait_for != 0 && wait(some.wait_for)) continue;
    if (some.bytes < 0) return -1;
    sent += static_cast<std::size_t>(some.bytes);
  }
  return static_cast<ssize_t>(size);
}

void Connection::finish() {
  channel_->say_goodbye();
  shutdown(socket_.get(), SHUT_WR);
  std::size_t drained = 0;
  while (drained < kDrained) {
    std::array<pollfd, 2> either{pollfd{socket_.get(), POLLIN, 0}, pollfd{closing_, POLLIN, 0}};
    if (poll(either.data(), either.size(), kDrainPatienceMs) <= 0 || either[1].revents != 0) return;
    const ssize_t got = recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (got <= 0) return;
    drained += static_cast<std::size_t>(got);
  }
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip = peer_;
  port = 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace headroom
