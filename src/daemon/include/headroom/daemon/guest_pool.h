// A hypervisor in whose VMs there are agents: what an agent reports counts as its VM's usage, a demand as pressure, and a guest is asked
// before something is taken from it.
//
// Usage. The newest report of an agent stands for the hypervisor's counters while it is fresh; its samples are in the history already.
// The counters remain the check: where CPU time by both differs for long, that is a trouble with both figures.
// A demand counts as being held back for kDemandCounts.
//
// Shrinks. A resize that takes vCPUs or memory from a VM whose agent is connected begins with a question to it. The hypervisor is told
// to act when the guest said done, or cannot answer such a thing. A veto, or no answer, ends the action as cancelled, with the reason. After it
// the guest is told what has become of it, and after a growth what it has got.
//
// A restart: an action whose question is out goes on waiting; one that was answered and not begun is cancelled, and the guest told so.
//
// Threads: one caller at a time, as the port. Ownership: borrows all. Errors: as the port, and kFailed when the book of directives cannot
// be written: nothing was begun then.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "headroom/base/clock.h"
#include "headroom/history/store.h"
#include "headroom/hypervisor/hypervisor.h"
#include "headroom/ingest/agent_board.h"
#include "headroom/ingest/directive_book.h"

namespace headroom {

struct GuestPorts {
  Hypervisor& hypervisor;
  ingest::AgentBoard& agents;
  ingest::DirectiveBook& directives;
  const Clock& clock;
  std::function<void()> wake{};          // there is something to send
};

class GuestPool final : public Hypervisor {
 public:
  static constexpr Duration kDemandCounts = std::chrono::minutes(2), kAnswerWithin = std::chrono::seconds(30);
  static constexpr Duration kFreshAtLeast = std::chrono::seconds(30);   // a report; three of its intervals where those are longer
  static constexpr Duration kDiffersFor = std::chrono::minutes(5);

  explicit GuestPool(const GuestPorts& ports) : ports_(ports) {}

  Result<Inventory> inventory() override;
  Result<std::vector<VmSample>> samples() override;
  Result<void> start(ActionId id, const Action& action) override;
  Result<void> take_up(ActionId id, const Action& action) override;
  Result<Progress> progress(ActionId id) override;
  Result<void> cancel(ActionId id) override;

  // Whether the last samples() had that sample from an agent, so that it is in the history.
  bool by_agent(std::string_view vm_uuid, Instant at) const { return by_agents_.contains({std::string(vm_uuid), at}); }

 private:
  // An action that has a question or an end of its own.
  struct Course {
    Action action;
    std::string vm_uuid;
    std::string question;                    // a directive's id; empty: none is out
    std::optional<Progress> over;            // without the hypervisor
    bool begun = false;                      // by the hypervisor
    bool told = false;
    std::optional<Instant> ended_at;         // it was last told that it is over
  };
  // How CPU time by agent and hypervisor compare, smoothed.
  struct Check {
    double agent = 0, hypervisor = 0;
    std::optional<Instant> apart_since;
  };

  bool fresh(const ingest::AgentState& agent, Instant now) const;
  void overlay(Vm& vm, const ingest::AgentState& agent, Instant now, std::vector<std::string>& troubles);
  void compare(const Vm& vm, const ingest::AgentState& agent, Instant now, std::vector<std::string>& troubles);
  const Vm* seen(VmId id) const;
  ingest::Directive change_of(const Course& course, ActionId id, ingest::Moment moment, const Resources& from, const Resources& to) const;
  Result<void> ask(Course& course, ActionId id);
  void hear_answer(Course& course, ActionId id);
  void carry_on(Course& course, ActionId id);
  void tell(Course& course, ActionId id, const Resources& from, const Resources& to);

  GuestPorts ports_;
  std::vector<Vm> vms_;                      // of the last inventory
  std::map<ActionId, Course> courses_;
  std::map<VmId, Check> checks_;
  std::set<std::pair<std::string, Instant>> by_agents_;
};

// The store as a loop over a GuestPool is to have it: what agents put there is not put there again.
//
// Threads: append() as the pool's own calls; the rest as the store's. Errors: the store's.
class GuestHistory final : public HistoryStore {
 public:
  GuestHistory(HistoryStore& store, const GuestPool& pool) : store_(store), pool_(pool) {}

  using HistoryStore::append;
  Result<void> append(std::span<const HistorySample> samples, std::span<const HistoryMark> marks) override;
  Result<void> sync() override { return store_.sync(); }
  Result<std::string> mark(std::string_view vm_uuid) override { return store_.mark(vm_uuid); }
  Result<std::vector<Sample>> read(std::string_view vm_uuid, Instant from, Instant to) override { return store_.read(vm_uuid, from, to); }
  Result<std::vector<std::string>> vms() override { return store_.vms(); }
  Result<std::size_t> drop_before(Instant before) override { return store_.drop_before(before); }

 private:
  HistoryStore& store_;
  const GuestPool& pool_;
};

}  // namespace headroom
