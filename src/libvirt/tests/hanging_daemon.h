// A unix socket that accepts and never answers: what a libvirt client sees of a daemon that hangs.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "support/folder.h"

namespace headroom::libvirt {

class HangingDaemon {
 public:
  HangingDaemon() {
    std::signal(SIGPIPE, SIG_IGN);  // a client may be writing when it closes; headroomd ignores that too
    open();
  }
  // After close(): it takes connections again.
  void open() {
    std::filesystem::remove(path());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 8), 0);  // the system accepts; nobody reads
  }
  ~HangingDaemon() {
    close();
  }

  // Its clients' calls come back, with an error. New ones are refused.
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  std::string path() const { return folder_.at("libvirt-sock"); }
  std::string uri() const { return "qemu+unix:///system?socket=" + path(); }

 private:
  const Folder folder_;
  int socket_ = -1;
};

}  // namespace headroom::libvirt
