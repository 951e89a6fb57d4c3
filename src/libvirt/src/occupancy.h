// What keeps a host from being stopped: VMs on it in any state but off, VMs that nobody can tell the state of, VMs on their way.
//
// The judgement is a pure function of what hosts say; asking them is beside it. A host that may be sent a VM is asked after those that
// may send one: a move that begins after its source was asked is seen by its destination's later answer, or by the next look.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connection.h"
#include "worker.h"

namespace headroom::libvirt {

struct Resident {
  std::string name, uuid;
  std::optional<int> state{};   // virDomainState; absent: it cannot be told
  bool leaves = false;          // a migration out is under way, or a job that nobody can tell the kind of
};

// What one host says of all its VMs, also of those that are off.
struct Occupancy {
  std::int64_t active = 0;      // how many run, by the host's own count
  std::vector<Resident> residents;
};

// nullopt: nothing keeps it from being stopped.
std::optional<std::string> why_occupied(const Occupancy& host);
// Whether a VM may be on its way from this host to another. `elsewhere`: UUIDs of VMs that are known to go somewhere else.
std::optional<std::string> why_may_send(const Occupancy& host, const std::set<std::string>& elsewhere);

// kUnreachable when it does not answer.
Result<Occupancy> ask_occupancy(virConnect* connection);

// Asks one host again and again, in a thread of its own, so that nobody waits longer than they want: while a call hangs, no other is
// begun, and that is no answer either.
class HostProbe {
 public:
  HostProbe(std::string uri, KeepAlive keep_alive);

  Result<Occupancy> ask(Duration within);
  const std::string& uri() const { return uri_; }

 private:
  const std::string uri_;
  const KeepAlive keep_alive_;
  std::shared_ptr<Mailbox<Result<Occupancy>>> box_;
  Worker worker_;
};

}  // namespace headroom::libvirt
