// Speaks to whoever connects, a line at a time, on TCP port 7000 of the guest. Each answer ends with a line "ok" or "no: WHY".
//
//   status              one line of JSON: processors, memory, the load, how far the schedule is
//   load C M [D [N [W]]]  from now on C millicores, M MiB, D kB/s to the disk, N kB/s to the network, W kB/s written anew in memory
//   play STEP_MS N      N lines of loads follow; the first holds from the last line on, each for STEP_MS
//   beat PERIOD_MS      from now on this connection gets "beat NUMBER UPTIME_MS" every period, and nothing else
//   run COMMAND         what busybox's shell makes of it
//
// One thread serves all: a guest that has nothing to say sleeps. It also switches on processors that are plugged in, when the kernel
// tells of one.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "load.h"
#include "work.h"

namespace lab {

class Server {
 public:
  // Listens; throws std::system_error when it cannot.
  Server(int port, Work& work);
  [[noreturn]] void serve();

 private:
  struct Client {
    int socket = -1;
    std::string unread;          // the beginning of a line
    std::vector<Load> loads;     // of a play whose lines are still coming
    std::int64_t step_ms = 0;
    std::size_t awaited = 0;     // such lines
    std::int64_t beat_every = 0; // 0: it does not get any
    std::int64_t next_beat = 0;
    std::uint64_t beats = 0;
    bool gone = false;
  };

  void accept_one();
  void hear(Client& client);
  void answer(Client& client, const std::string& line);
  std::string obey(Client& client, const std::string& line);
  std::string take_load(Client& client, const std::string& line);
  std::string status() const;
  void beat(Client& client);
  void follow(Schedule schedule);
  int ms_to_wait() const;

  int listener_ = -1, plugged_ = -1;
  Work& work_;
  Schedule schedule_;
  std::int64_t begun_ms_ = 0;
  std::list<Client> clients_;
};

}  // namespace lab
