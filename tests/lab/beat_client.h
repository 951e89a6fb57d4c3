// A client of a guest that keeps one TCP connection and is sent a numbered line every 50 ms: whether the connection lived, whether anything
// was missing, and how long the longest silence was, as somebody at the other end of the network sees it.
//
// Threads: it has one of its own. Errors: a connection that ends is counted and made again.
#pragma once

#include <mutex>
#include <string>
#include <thread>

#include "headroom/base/stop.h"

namespace headroom::lab {

class BeatClient {
 public:
  struct Seen {
    long beats = 0;            // lines that came
    long missing = 0;          // numbers that were left out on one connection
    int connections = 0;       // 1: the first one lived
    double longest_gap_ms = 0;
  };

  explicit BeatClient(std::string address);
  ~BeatClient();
  BeatClient(const BeatClient&) = delete;
  BeatClient& operator=(const BeatClient&) = delete;

  Seen seen() const;
  bool hears() const { return seen().beats > 0; }

 private:
  void listen();
  void hear(int socket);

  std::string address_;
  Stop stop_;
  mutable std::mutex mutex_;
  Seen seen_;
  std::thread thread_;
};

}  // namespace headroom::lab
