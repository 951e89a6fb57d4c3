// The contract of the port over libvirt's own test driver: what it can do is vCPUs. It has no migrations and measures nothing. Hosts are
// switched by a simulated switch: one of them has no VMs.
#include "headroom/hypervisor/testing/contract.h"

#include <libvirt/libvirt.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "headroom/base/stop.h"
#include "headroom/libvirt/pool.h"
#include "headroom/power/simulated_power.h"
#include "support/folder.h"

namespace headroom::testing {
namespace {

constexpr const char* kUri = "test:///default";
const std::string kUuid = "7a1cb2f6-6a0e-4b1b-9a55-0d6f3f0a0002";
const std::string kXml = "<domain type='test'><name>contract</name><uuid>" + kUuid + "</uuid><memory unit='GiB'>2</memory>"
    "<vcpu current='1'>4</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>"
    "<vcpu id='1' enabled='no' hotpluggable='yes'/><vcpu id='2' enabled='no' hotpluggable='yes'/>"
    "<vcpu id='3' enabled='no' hotpluggable='yes'/></vcpus><os><type arch='i686'>hvm</type></os></domain>";

// A world of its own, with nothing in it, for each connection.
class EmptyHost {
 public:
  EmptyHost() {
    folder_.put("node.xml", "<node><cpu><num>4</num><mhz>1000</mhz><sockets>1</sockets><cores>4</cores><threads>1</threads>"
                            "<nodes>1</nodes></cpu><memory>4194304</memory></node>");
  }
  std::string uri() const { return "test://" + folder_.at("node.xml"); }

 private:
  const Folder folder_;
};

libvirt::PoolOptions options(const std::string& empty) {
  libvirt::PoolOptions o;
  o.resize_settle = std::chrono::milliseconds(500);
  o.look_every = std::chrono::milliseconds(5);
  o.power.quiet = o.power.look_every = std::chrono::milliseconds(5);
  for (const std::string& uri : {std::string(kUri), empty}) o.power.switches[uri] = std::make_shared<SimulatedPower>(SimulatedPower::Behaviour{});
  return o;
}

class TestDriverRig final : public ContractRig {
 public:
  TestDriverRig() : connection_(virConnectOpen(kUri)), domain_(virDomainCreateXML(connection_, kXml.c_str(), 0)) {
    const auto inventory = pool_.inventory();
    EXPECT_TRUE(inventory) << inventory.error().message;
    if (!inventory) return;
    const auto found = std::find_if(inventory->vms.begin(), inventory->vms.end(), [](const Vm& v) { return v.uuid == kUuid; });
    EXPECT_NE(found, inventory->vms.end());
    if (found != inventory->vms.end()) vm_ = found->id;
    for (const Host& host : inventory->hosts)
      if (found != inventory->vms.end() && host.id != found->host) idle_ = host.id;
  }
  ~TestDriverRig() override {
    virDomainDestroy(domain_);
    virDomainFree(domain_);
    virConnectClose(connection_);
  }
  Hypervisor& hypervisor() override { return pool_; }
  void wait() override { static_cast<void>(never_.wait_for(std::chrono::milliseconds(10))); }
  int patience() const override { return 2000; }
  VmId vm() const override { return vm_; }
  HostId idle_host() const override { return idle_; }
  Resources other(const Vm& vm) const override {
    Resources r = vm.allocation;
    r[Resource::kCpu] = 3000;
    return r;
  }

 private:
  const virConnectPtr connection_;  // the driver's world lives as long as a connection to it
  const virDomainPtr domain_;
  Stop never_;
  libvirt::MemoryIdBook ids_;
  EmptyHost empty_;
  libvirt::LibvirtPool pool_{{kUri, empty_.uri()}, options(empty_.uri()), std::make_shared<SystemClock>(), ids_, {"us", 1}};
  VmId vm_;
  HostId idle_;
};

const auto kDriver = ::testing::Values(ContractCase{"TestDriver", [] { return std::make_unique<TestDriverRig>(); }});
INSTANTIATE_TEST_SUITE_P(Libvirt, PortContract, kDriver, contract_name);
INSTANTIATE_TEST_SUITE_P(Libvirt, ResizeContract, kDriver, contract_name);
INSTANTIATE_TEST_SUITE_P(Libvirt, PowerContract, kDriver, contract_name);

}  // namespace
}  // namespace headroom::testing
