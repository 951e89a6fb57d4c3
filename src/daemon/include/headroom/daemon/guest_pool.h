// A hypervisor in whose VMs there are agents: what an agent reports counts as its VM's usage, a demand as pressure, a guest is asked
// before something is taken from it, and told before it moves.
//
// Usage. The newest report of an agent stands for the hypervisor's counters while it is fresh; its samples are in the history already.
// The counters remain the check: where CPU time by both differs for long, that is a trouble with both figures.
// A demand counts for kDemandCounts: the VM is held back, and wants so much (Vm::demanded).
//
// Shrinks. What takes vCPUs or memory from a VM whose agent is connected, a resize or a move, begins with a question to it. The hypervisor is told
// to act when the guest said done, or cannot answer such a thing. A veto, or no answer, ends the action as cancelled, with the reason. After it
// the guest is told what has become of it, and after a growth what it has got.
//
// Only what a guest sees is asked of it: where a VM keeps its vCPUs and gets a quota (Vm::least_vcpus), it is asked for none.
//
// Moves. A guest whose agent has hooks is told to drain first, and the move begins when it said anything, or when the time that operators
// give for it is over: what it says is advice, and is told with the action. Afterwards it is told that it is over.
//
// A restart: an action whose question is out goes on waiting; one that was answered and not begun is cancelled, and the guest told so.
//
// Threads: one caller at a time, as the port. Ownership: borrows all. Errors: as the port, and kFailed when the book of directives cannot
// be written: nothing was begun then.
#pragma once

#include <functional>
#include <map>
#include <optional>
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
  static constexpr Duration kDiffersFor = std::chrono::minutes(5);

  // `drain_within`: a move waits for so long at most; 0: nobody is told of it.
  explicit GuestPool(const GuestPorts& ports, Duration drain_within = std::chrono::seconds(5)) : ports_(ports), drain_within_(drain_within) {}

  Result<Inventory> inventory() override;
  Result<std::vector<VmSample>> samples() override;
  Result<void> start(ActionId id, const Action& action) override;
  Result<void> take_up(ActionId id, const Action& action) override;
  Result<Progress> progress(ActionId id) override;
  Result<void> cancel(ActionId id) override;

  // When a question is over that nobody has answered: progress() goes on from then. Absent: none is out.
  std::optional<Instant> next_due() const;
  // Whether the last samples() had that sample from an agent, so that it is in the history.
  bool by_agent(std::string_view vm_uuid, Instant at) const { return by_agents_.contains({std::string(vm_uuid), at}); }

 private:
  // What of an allocation a guest sees. `to` 0: that is left as it is.
  struct Change {
    std::uint32_t vcpus_from = 0, vcpus_to = 0;
    std::uint64_t memory_kib_from = 0, memory_kib_to = 0;

    bool any() const { return vcpus_to > 0 || memory_kib_to > 0; }
    bool takes() const { return (vcpus_to > 0 && vcpus_to < vcpus_from) || (memory_kib_to > 0 && memory_kib_to < memory_kib_from); }
    Change back() const { return {vcpus_to, vcpus_from, memory_kib_to, memory_kib_from}; }
  };
  // An action that its guest is asked about, or hears the end of.
  struct Course {
    Action action;
    std::string vm_uuid{};                   // empty: of an earlier run's action, not looked up yet
    Change change{};
    bool asked = false;                      // for what is taken from it
    bool drains = false;                     // it was told to get ready for its move, and the question is whether it is
    std::string question{};                  // the newest directive's id; empty: there was none
    Instant answer_until{};
    std::string remark{};                    // for the end of it
    std::optional<Progress> over{};          // without the hypervisor
    bool begun = false;                      // by the hypervisor
    bool told = false;
    std::optional<Instant> ended_at{};       // it was last told that it is over
  };
  // How CPU time by agent and hypervisor compare, smoothed.
  struct Check {
    double agent = 0, hypervisor = 0;
    std::optional<Instant> apart_since;
  };
  // What a demand comes to in the VM's allocation.
  struct Want {
    Resource resource = Resource::kCpu;
    Instant heard_at{};
    double amount = 0;                       // base units
  };

  double wanted(const Vm& vm, const ingest::AgentDemand& demand);
  void overlay(Vm& vm, const ingest::AgentState& agent, Instant now, std::vector<std::string>& troubles);
  void compare(const Vm& vm, const ingest::AgentState& agent, Instant now, std::vector<std::string>& troubles);
  const Vm* seen(VmId id) const;
  static Change change_of(const Action& action, const Vm* vm);
  Result<std::string> ask(const Course& course, ActionId id, const Change& change, ingest::Moment moment, Duration within);
  Result<std::string> drain(const Course& course, ActionId id, ingest::Moment moment, Duration within);
  Result<std::string> put(ingest::Directive directive, Duration within);
  Result<bool> put_next_question(Course& course, ActionId id);
  bool hears_of_moves(const std::string& vm_uuid) const;
  void hear_answer(Course& course, ActionId id);
  void carry_on(Course& course, ActionId id);
  void tell(Course& course, ActionId id, bool done);

  GuestPorts ports_;
  Duration drain_within_;
  std::vector<Vm> vms_;                      // of the last inventory
  std::map<ActionId, Course> courses_;
  std::map<VmId, Check> checks_;
  std::map<VmId, Want> wants_;
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
