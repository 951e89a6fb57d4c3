// One accepted connection as httplib reads and writes it, with bounds that httplib lacks: on the bytes of a head, on the
// time a request may take (a TLS handshake is part of it), and with an end when the door closes.
#pragma once

#include <httplib.h>
#include <poll.h>

#include <array>
#include <chrono>

#include "channel.h"
#include "headroom/base/clock.h"
#include "headroom/daemon/listener.h"

namespace headroom {

class Connection final : public httplib::Stream {
 public:
  static constexpr std::size_t kLongestRequest = 16 << 10;  // bytes; no request has a body worth reading

  // `peer`: what it is to be called. `closing` becomes readable when the door closes. `channel` is over `socket`.
  Connection(Descriptor socket, std::unique_ptr<Channel> channel, std::string peer, int closing, std::chrono::seconds patience)
      : socket_(std::move(socket)), channel_(std::move(channel)), peer_(std::move(peer)), closing_(closing), patience_(patience) {}

  bool is_readable() const override { return begin_ < end_ || channel_->holds_more() || wait(POLLIN); }
  bool is_writable() const override { return wait(POLLOUT); }
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;  // all of it, or -1
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_.get(); }

  const SSL* tls() const { return channel_->tls(); }          // as Channel
  std::string refusal() const { return channel_->refusal(); }
  const std::string& peer() const { return peer_; }

  // Takes in a little of what the client still sends, so that closing does not cut the answer off.
  void finish();

 private:
  bool wait(short event) const;

  Descriptor socket_;
  std::unique_ptr<Channel> channel_;   // ends before the socket
  std::string peer_;
  int closing_;
  std::chrono::seconds patience_;
  Stopwatch open_for_;
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0, end_ = 0, total_ = 0;
};

}  // namespace headroom
