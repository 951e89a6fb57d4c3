// Two VMs on three hosts, and what the agent of the first is taken to say and is asked, for tests of GuestPool.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "headroom/daemon/guest_pool.h"
#include "headroom/hypervisor/testing/contract.h"
#include "headroom/hypervisor/testing/fake_hypervisor.h"
#include "support/folder.h"

namespace headroom {

inline constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'400);
inline constexpr VmId kVm(0);

// Two VMs on three hosts, each with a UUID of its own.
inline Inventory named_fleet() {
  Inventory all = testing::small_fleet(3, 2, kStart);
  for (Vm& vm : all.vms) vm.uuid = fmt::format("6f1c2d3e-0000-4000-8000-{:012x}", vm.id.value() + 1);
  return all;
}

class GuestPoolTest : public ::testing::Test {
 protected:
  GuestPoolTest() {
    for (Vm& vm : fake.world().vms) {
      vm.used[index(Resource::kCpu)] = 300;
      vm.sampled_at = kStart;
    }
    reopen();
  }
  void reopen() {
    pool.reset();
    directives.reset();
    directives = *ingest::DirectiveBook::open((folder / "directives.db").string());
    pool = std::make_unique<GuestPool>(GuestPorts{fake, board, *directives, clock, [this] { ++wakes; }});
    inventory = *pool->inventory();
  }
  const std::string& uuid() const { return fake_uuid; }
  void connect() {
    board.change(uuid(), [](ingest::AgentState& a) {
      a.connected = true;
      a.interval = std::chrono::seconds(10);
    });
  }
  void report(double cpu, Instant at) {
    Sample s;
    s.at = at;
    s.used = {cpu, 2e9, 100, 200};
    board.add(uuid(), s);
  }
  Action shrink(std::int64_t cpu = 0, std::int64_t memory = 512 << 20) {
    Action a;
    a.kind = ActionKind::kResize;
    a.vm = kVm;
    a.from = fake.vm(kVm).host;
    a.before = a.after = fake.vm(kVm).allocation;
    a.after[Resource::kCpu] -= cpu;
    a.after[Resource::kMemory] -= memory;
    return a;
  }
  std::vector<ingest::Directive> open() { return *directives->open_ones(clock.now()); }
  void answer(ingest::DirectiveState state, const std::string& words = "") {
    const auto asked = open();
    ASSERT_FALSE(asked.empty());
    ASSERT_TRUE(*directives->answer(uuid(), asked.back().id, state, words));
  }

  Folder folder;
  ManualClock clock{kStart};
  testing::FakeHypervisor fake{named_fleet(), clock, {.resize = std::chrono::seconds(30)}};
  std::string fake_uuid = fake.vm(kVm).uuid;
  ingest::AgentBoard board;
  std::unique_ptr<ingest::DirectiveBook> directives;
  std::unique_ptr<GuestPool> pool;
  Inventory inventory;
  int wakes = 0;
};

}  // namespace headroom
