// The contract of the Hypervisor port, as tests that run on any adapter: what the loop and the actuator rely on, whatever is behind.
// Who writes an adapter links headroom::hypervisor_contract, gives the tests a rig, and instantiates the suites of what it can do:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, PortContract, ::testing::Values(ContractCase{"Mine", make_my_rig}), contract_name);
//   INSTANTIATE_TEST_SUITE_P(Mine, MoveContract, ...);
//
//   PortContract     all adapters: order, unknown and senseless actions
//   ResizeContract   those that change an allocation
//   MoveContract     those that move VMs
//   SampleContract   those that measure
//   PowerContract    those that start and stop hosts
//
// Time may be virtual or real: a rig lets it pass. Each test has a rig of its own, and leaves the VM where it found it unless it fails.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "headroom/hypervisor/hypervisor.h"

namespace headroom::testing {

class ContractRig {
 public:
  virtual ~ContractRig() = default;
  virtual Hypervisor& hypervisor() = 0;
  // Some time passes: so little that an action which takes any is seen under way, so much that all are over after patience() of them.
  virtual void wait() = 0;
  virtual int patience() const = 0;
  // The VM that is acted on. It runs, may be acted on, and nobody else touches it.
  virtual VmId vm() const = 0;

  // ResizeContract: another allocation that it can be given now, and can be taken back from.
  virtual Resources other(const Vm& vm) const { return vm.allocation; }
  // MoveContract: where else it can run.
  virtual HostId elsewhere() const { return HostId(); }
  // PowerContract: a host that is on and empty, and may be stopped.
  virtual HostId idle_host() const { return HostId(); }
};

struct ContractCase {
  std::string name;
  std::function<std::unique_ptr<ContractRig>()> make;  // nullptr: cannot be run here, and is skipped
};
inline std::string contract_name(const ::testing::TestParamInfo<ContractCase>& info) { return info.param.name; }
inline void PrintTo(const ContractCase& c, std::ostream* out) { *out << c.name; }

class PortContract : public ::testing::TestWithParam<ContractCase> {
 protected:
  void SetUp() override;

  Inventory seen();  // an inventory that answers, and is in order
  Vm vm();           // as it is in it
  Host host(HostId id);
  Action resize(const Vm& from, const Resources& after) const;
  Action move(const Vm& from, HostId to) const;
  Action power(ActionKind kind, HostId host) const;

  // Follows it to its end; fails when progress goes back, or there is none in time.
  Progress end_of(ActionId id);
  void expect_done(ActionId id, const Action& action);
  // Its start is an error of this kind, and nothing has begun.
  void expect_error(ActionId id, const Action& action, ErrorCode code);
  // Some waits later it is still so.
  void expect_stays(ActionId id, ActionState state);

  std::unique_ptr<ContractRig> rig_;
};

class ResizeContract : public PortContract {};
class MoveContract : public PortContract {};
class SampleContract : public PortContract {};
class PowerContract : public PortContract {};

}  // namespace headroom::testing
