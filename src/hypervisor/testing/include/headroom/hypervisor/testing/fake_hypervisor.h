// A hypervisor that keeps state, for tests: it holds an inventory, actions take time by the test's clock, and their
// effect shows in the inventory when they end. It is honest (faulty_hypervisor.h breaks it) and strict: a second
// action on a busy VM is refused and counted in overlaps(), so a test sees what a real hypervisor would suffer.
//
// Threads: one caller at a time. Ownership: the clock must outlive it; everything else is held by value.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "headroom/base/clock.h"
#include "headroom/hypervisor/hypervisor.h"

namespace headroom::testing {

struct FakeTiming {
  Duration resize{0};                            // 0: done by the next progress()
  Duration migrate = std::chrono::seconds(60);
  Duration power = std::chrono::seconds(120);
  Duration downtime{80};                         // reported of each finished migration
};

class FakeHypervisor final : public Hypervisor {
 public:
  FakeHypervisor(Inventory inventory, const Clock& clock, FakeTiming timing = {});

  Result<Inventory> inventory() override;
  Result<std::vector<VmSample>> samples() override;
  Result<void> start(ActionId id, const Action& action) override;
  Result<void> take_up(ActionId id, const Action& action) override;
  Result<Progress> progress(ActionId id) override;
  Result<void> cancel(ActionId id) override;

  // The world, for a test to change as somebody else would: move a VM, press on it, switch a host off.
  Inventory& world() { return world_; }
  Vm& vm(VmId id);
  Host& host(HostId id);
  void report(VmSample sample) { samples_.push_back(std::move(sample)); }

  // What a test arranges for one action id, before it is started or while it runs.
  void will_fail(ActionId id, std::string why);
  void will_refuse(ActionId id, std::string why);  // fails as one that was not begun
  void will_remark(ActionId id, std::string what);  // done, with something to say of it
  void will_have_no_effect(ActionId id);         // ends as done, and nothing changed
  void will_move_only(ActionId id);              // a move ends as done, with the allocation as it was
  void forget(ActionId id);                      // progress() answers kNotFound from now on

  // What happened.
  bool was_started(ActionId id) const { return actions_.count(id) != 0; }
  const std::vector<ActionId>& taken_up() const { return taken_up_; }
  ActionState state_of(ActionId id);             // of a started action, forgotten ones included
  int overlaps() const { return overlaps_; }     // starts of an action on a VM that was busy with another
  std::vector<Action> running();                 // the actions under way now

 private:
  struct Entry {
    Action action;
    ActionState state = ActionState::kRunning;
    Instant began_at, ends_at;
    bool forgotten = false;
    std::string message;
    bool refused = false;
  };
  void settle();
  void finish(ActionId id, Entry& entry);
  double share_done(const Entry& entry) const;
  void apply(const Action& action);
  bool busy(const Action& action) const;
  Result<void> check_known(const Action& action) const;
  Result<void> check_power(const Action& action) const;

  Inventory world_;
  const Clock& clock_;
  FakeTiming timing_;
  std::map<ActionId, Entry> actions_;
  std::set<ActionId> running_;
  std::map<ActionId, std::string> will_fail_, will_remark_;
  std::set<ActionId> no_effect_, will_refuse_, moves_only_;
  std::vector<VmSample> samples_;
  std::vector<ActionId> taken_up_;
  int overlaps_ = 0;
};

// A small fleet to start from: `hosts` hosts of 16 cores and 64 GiB, `vms` live, fully scalable VMs of 2 cores and
// 4 GiB with level auto, dealt round-robin. Ids count from 0; everything was heard and sampled at `now`.
Inventory small_fleet(std::uint32_t hosts, std::uint32_t vms, Instant now);

}  // namespace headroom::testing
