// The contract of the port on the adapters that keep virtual time.
#include "headroom/hypervisor/testing/contract.h"

#include "headroom/base/clock.h"
#include "headroom/hypervisor/simulated_pool.h"
#include "headroom/hypervisor/testing/fake_hypervisor.h"
#include "headroom/hypervisor/testing/faulty_hypervisor.h"

namespace headroom::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'400);  // on the grid of five minutes
constexpr Duration kWait = seconds(10);
constexpr VmId kVm(0);
constexpr HostId kElsewhere(1), kIdle(2);

// VM 0 on host 0, VM 1 on host 1, host 2 empty.
Inventory fleet() { return small_fleet(3, 2, kStart); }

class VirtualRig : public ContractRig {
 public:
  int patience() const override { return 90; }
  VmId vm() const override { return kVm; }
  HostId elsewhere() const override { return kElsewhere; }
  HostId idle_host() const override { return kIdle; }
  Resources other(const Vm& vm) const override {
    Resources r = vm.allocation;
    for (Resource which : kAllResources) r[which] += r[which] / 2;
    return r;
  }
};

class FakeRig : public VirtualRig {
 public:
  Hypervisor& hypervisor() override { return fake_; }
  void wait() override { clock_.set(clock_.now() + kWait); }

 protected:
  ManualClock clock_{kStart};
  FakeHypervisor fake_{fleet(), clock_, {.resize = seconds(30)}};
};

// The wrapper that loses requests and answers changes nothing while it loses none.
class FaultyRig final : public FakeRig {
 public:
  Hypervisor& hypervisor() override { return faulty_; }

 private:
  FaultyHypervisor faulty_{fake_, clock_, {}, 1};
};

class SimulatedRig final : public VirtualRig {
 public:
  Hypervisor& hypervisor() override { return pool_; }
  void wait() override { pool_.advance_to(pool_.time() + kWait); }

 private:
  static SimulatedPool made() {
    const Inventory start = fleet();
    RecordedDemand demand{kStart, {}, std::vector<std::uint8_t>(12, 1)};
    demand.amount[index(Resource::kCpu)].assign(12, 900);
    demand.amount[index(Resource::kMemory)].assign(12, 2e9F);
    return {start.hosts, start.vms, {demand, demand}, minutes(5), kStart, PoolTimings{}};
  }
  SimulatedPool pool_ = made();
};

template <class Rig>
ContractCase of(const char* name) {
  return {name, [] { return std::make_unique<Rig>(); }};
}

const auto kAll = ::testing::Values(of<FakeRig>("Fake"), of<FaultyRig>("FaultyHypervisor"), of<SimulatedRig>("SimulatedPool"));
INSTANTIATE_TEST_SUITE_P(Virtual, PortContract, kAll, contract_name);
INSTANTIATE_TEST_SUITE_P(Virtual, ResizeContract, kAll, contract_name);
INSTANTIATE_TEST_SUITE_P(Virtual, MoveContract, kAll, contract_name);
INSTANTIATE_TEST_SUITE_P(Virtual, PowerContract, kAll, contract_name);
// The fake measures nothing by itself.
INSTANTIATE_TEST_SUITE_P(Virtual, SampleContract, ::testing::Values(of<SimulatedRig>("SimulatedPool")), contract_name);

}  // namespace
}  // namespace headroom::testing
