// VMs' own policies for whoever asks while a fleet is run: read from and written to their metadata on the host where the last round saw
// them, over connections of its own.
//
//   PolicyDesk desk(options, clock);
//   after each round: desk.look(pool.last_round().seen);
//   desk.get("web-1");   desk.change("web-1", {.level = "observe"});
//
// No wait is longer than `patience`, and no more than kAtOnce wait together: a host that hangs holds one thread of its own, and who
// asks for a VM of it meanwhile is told so at once. A change that its caller does not wait for any more is not begun; one that has been
// begun may still come about, and the answer says so.
//
// Threads: any, look() among them. Ownership: shares the clock. Errors: kNotFound for a VM that no round has seen, kInvalid for a name
// that two bear and for changes that make no sense, kRefused for a VM of another manager or what its host does not allow,
// kUnreachable for a host that does not answer, and when the VM is not there any more.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "headroom/base/clock.h"
#include "headroom/libvirt/census.h"
#include "headroom/libvirt/policy_change.h"

namespace headroom::libvirt {

// Where a VM is, running or not.
struct VmPlace {
  std::string vm, uuid, host, uri;
  std::string owner{};   // another manager's name; empty: nobody else's
};
std::vector<VmPlace> places_of(const Observation& seen);
// By name or UUID. kNotFound; kInvalid when two are called so.
Result<VmPlace> find_place(const std::vector<VmPlace>& places, const std::string& vm);

struct PolicyOf {
  VmPlace place;
  VmPolicy policy;
};

struct PolicyDeskOptions {
  Duration patience = std::chrono::seconds(4);          // of whoever asks; under what a request may take (daemon/door.h)
  Duration keep_alive_every = std::chrono::seconds(5);  // as of the observer
  unsigned keep_alive_probes = 3;
};

class PolicyDesk {
 public:
  static constexpr std::size_t kAtOnce = 3;   // under the threads that a door has, so that one is left for who asks for anything else

  PolicyDesk(PolicyDeskOptions options, std::shared_ptr<const Clock> clock);
  ~PolicyDesk();
  PolicyDesk(const PolicyDesk&) = delete;
  PolicyDesk& operator=(const PolicyDesk&) = delete;

  void look(const Observation& seen);
  Result<VmPlace> find(const std::string& vm) const;
  Result<PolicyOf> get(const std::string& vm);
  Result<PolicyOf> change(const std::string& vm, const PolicyChange& change);

 private:
  struct Question;
  struct Line;
  struct Shared;
  using Work = std::function<Result<VmPolicy>(DomainMetadata&, const std::function<bool()>& wanted)>;

  Result<PolicyOf> ask(const VmPlace& place, bool changes, Work work);
  Result<VmPolicy> wait(const VmPlace& place, bool changes, Work work);

  const PolicyDeskOptions options_;
  const std::shared_ptr<const Clock> clock_;
  const std::shared_ptr<Shared> shared_;      // with the workers' jobs, which may outlive it
  bool looked_ = false;
  std::vector<VmPlace> places_;
  std::map<std::string, std::unique_ptr<Line>> lines_;   // by URI, of hosts that were asked
  std::size_t waiting_ = 0;
};

}  // namespace headroom::libvirt
