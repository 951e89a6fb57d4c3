// A file descriptor that is closed with its owner; -1 is none. Threads: one owner at a time.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <utility>

namespace headroom {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

// Lets this process have as many descriptors as the system allows it, and tells how many: shells and systemd begin programs with 1,024,
// for those that still use select(), which a server of thousands does not. Programs that it starts later have as many.
std::size_t raise_descriptor_limit();

}  // namespace headroom
