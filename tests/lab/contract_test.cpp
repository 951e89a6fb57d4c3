// The contract of the port on the lab: real hosts, a real guest. Only with HEADROOM_LONG=1: each of its tests begins with a look at the hosts.
#include "headroom/hypervisor/testing/contract.h"

#include <algorithm>

#include "pool_lab.h"

namespace headroom::testing {
namespace {

class LabRig final : public ContractRig {
 public:
  explicit LabRig(bool switches = false) : book_(libvirt::StateBook::open(lab_.folder() + "/tests.db").value()) {
    libvirt::PoolOptions options = lab::pool_options(lab_);
    if (switches) {
      for (const char* host : {"h1", "h2"}) options.power.switches[lab_.uri(host)] = make_power(lab_.power(host)).value();
      if (lab_.where("vm2") != lab_.where("vm1")) lab_.say("fault guest vm2");  // it is back for the next test
    }
    pool_ = std::make_unique<libvirt::LibvirtPool>(std::vector{lab_.uri("h1"), lab_.uri("h2")}, std::move(options),
                                                   std::make_shared<SystemClock>(), *book_, book_->claim(), switches ? book_.get() : nullptr);
    // What a guest uses is told from the second look on.
    EXPECT_TRUE(lab::within(std::chrono::seconds(20), [this] {
      seen_ = pool_->inventory().value_or(Inventory{});
      const auto found = std::find_if(seen_.vms.begin(), seen_.vms.end(), [](const Vm& v) { return v.name == "vm1"; });
      if (found != seen_.vms.end()) vm_ = *found;
      return vm_.guest_statistics;
    })) << "vm1 is not seen, or does not tell what it uses";
  }
  Hypervisor& hypervisor() override { return *pool_; }
  void wait() override { static_cast<void>(never_.wait_for(std::chrono::milliseconds(100))); }
  int patience() const override { return 600; }
  VmId vm() const override { return vm_.id; }
  HostId elsewhere() const override {
    for (const Host& host : seen_.hosts)
      if (host.id != vm_.host) return host.id;
    return {};
  }
  HostId idle_host() const override { return elsewhere(); }
  Resources other(const Vm& vm) const override {
    Resources r = vm.allocation;
    r[Resource::kCpu] = vm.allocation[Resource::kCpu] == 400 ? 500 : 400;
    return r;
  }

 private:
  Stop never_;
  lab::Lab lab_;
  std::unique_ptr<libvirt::StateBook> book_;
  std::unique_ptr<libvirt::LibvirtPool> pool_;
  Inventory seen_;
  Vm vm_;
};

template <bool switches>
std::unique_ptr<ContractRig> lab_rig() {
  if (!lab::is_long()) return nullptr;
  const Ran up = lab::Lab().run("up");
  if (up.exit_code == 0) return std::make_unique<LabRig>(switches);
  EXPECT_EQ(up.exit_code, 77) << up.text;  // else this machine cannot have a lab
  return nullptr;
}

const auto kLab = ::testing::Values(ContractCase{"Lab", lab_rig<false>});
INSTANTIATE_TEST_SUITE_P(Lab, PortContract, kLab, contract_name);
INSTANTIATE_TEST_SUITE_P(Lab, ResizeContract, kLab, contract_name);
INSTANTIATE_TEST_SUITE_P(Lab, MoveContract, kLab, contract_name);
INSTANTIATE_TEST_SUITE_P(Lab, SampleContract, kLab, contract_name);
INSTANTIATE_TEST_SUITE_P(Lab, PowerContract, ::testing::Values(ContractCase{"Lab", lab_rig<true>}), contract_name);

}  // namespace
}  // namespace headroom::testing
