// One connection to one host: opened, kept alive, its events put into a queue.
//
// Threads: belongs to one thread (events come from libvirt's own). Errors: kUnreachable when it cannot be opened.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "handles.h"
#include "headroom/base/instant.h"
#include "headroom/libvirt/event.h"

namespace headroom::libvirt {

struct Ear;

struct KeepAlive {  // a host that does not answer so many probes in a row is gone
  Duration every = std::chrono::seconds(5);
  unsigned probes = 3;
};

// A connection alone, without events. kUnreachable when it cannot be opened.
Result<Handle<virConnect>> open_connection(const std::string& uri, KeepAlive keep_alive);

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& uri, KeepAlive keep_alive,
                                                  std::shared_ptr<EventQueue> events, std::size_t host);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virConnect* get() const { return handle_.get(); }
  bool closed() const { return *closed_; }  // the other side is gone

 private:
  explicit Connection(Handle<virConnect> handle);
  void listen(const std::shared_ptr<EventQueue>& events, std::size_t host);

  Handle<virConnect> handle_;
  std::shared_ptr<std::atomic<bool>> closed_;
  std::vector<int> callbacks_;
  std::unique_ptr<Ear> at_the_end_;
};

}  // namespace headroom::libvirt
