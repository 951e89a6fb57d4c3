#include "host_calls.h"

#include <algorithm>
#include <vector>

#include "headroom/xml/document.h"

namespace headroom::libvirt {
namespace {

constexpr int kMostDevices = 2000;  // more than one would ask for, one by one

// libvirt's lists: `count` of them (negative: an error) in an array of its own.
template <class T>
std::vector<Handle<T>> owned(int count, T** list) {
  std::vector<Handle<T>> all;
  for (int i = 0; i < count; ++i) all.emplace_back(list[i]);
  if (count >= 0) free(list);
  return all;
}

void ask_pools(virConnect* c, HostFacts& facts) {
  virStoragePool** list = nullptr;
  const int count = virConnectListAllStoragePools(c, &list, VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
  for (const auto& pool : owned(count, list))
    if (auto read = parse_pool(taken(virStoragePoolGetXMLDesc(pool.get(), 0)))) facts.pools.push_back(std::move(*read));
}

void ask_networks(virConnect* c, HostFacts& facts) {
  virNetwork** networks = nullptr;
  int count = virConnectListAllNetworks(c, &networks, VIR_CONNECT_LIST_NETWORKS_ACTIVE);
  for (const auto& network : owned(count, networks)) {
    facts.networks.emplace_back(virNetworkGetName(network.get()));
    if (const std::string bridge = taken(virNetworkGetBridgeName(network.get())); !bridge.empty()) facts.networks.push_back(bridge);
  }
  virInterface** interfaces = nullptr;
  count = virConnectListAllInterfaces(c, &interfaces, VIR_CONNECT_LIST_INTERFACES_ACTIVE);
  for (const auto& interface : owned(count, interfaces)) facts.networks.emplace_back(virInterfaceGetName(interface.get()));
  // Where the interface driver is not installed, the list of devices still has the names.
  virNodeDevice** devices = nullptr;
  count = virConnectListAllNodeDevices(c, &devices, VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET);
  for (const auto& device : owned(count, devices)) {
    if (count > kMostDevices) continue;
    const auto document = xml::Document::parse(taken(virNodeDeviceGetXMLDesc(device.get(), 0)), "device");
    if (document) facts.networks.push_back(document->root().at("capability/interface").text());
  }
  std::erase(facts.networks, std::string());
  normalise(facts.networks);
}

const char* or_none(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

std::string expanded(virConnect* c, const std::string& cpu, const Domain& as) {
  const char* one[] = {cpu.c_str()};
  return taken(virConnectBaselineHypervisorCPU(c, or_none(as.emulator), or_none(as.arch), or_none(as.machine), or_none(as.type), one, 1,
                                               VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES));
}

// By default for the best the host can do: kvm where there is kvm.
void ask_cpu(virConnect* c, HostFacts& facts) {
  const std::string text = taken(virConnectGetDomainCapabilities(c, nullptr, nullptr, nullptr, nullptr, 0));
  if (text.empty() || !read_domain_capabilities(text, facts)) return;
  const std::string cpu = host_model_cpu(text);
  if (cpu.empty()) return;
  if (const std::string all = expanded(c, cpu, {}); !all.empty()) static_cast<void>(add_cpu_features(all, facts));
}

}  // namespace

void ask_all_features(virConnect* c, Domain& domain) {
  const std::string cpu = cpu_to_expand(domain);
  if (cpu.empty()) return;
  if (const std::string all = expanded(c, cpu, domain); !all.empty()) static_cast<void>(complete_cpu(all, domain));
}

Result<HostFacts> ask_host(virConnect* c) {
  HostFacts facts;
  const std::string capabilities = taken(virConnectGetCapabilities(c));
  if (capabilities.empty()) return tl::unexpected(last_error("its capabilities", ErrorCode::kUnreachable));
  if (auto good = read_capabilities(capabilities, facts); !good) return tl::unexpected(good.error());
  facts.name = taken(virConnectGetHostname(c));
  if (const char* type = virConnectGetType(c)) facts.hypervisor = type;
  unsigned long version = 0;
  if (virConnectGetLibVersion(c, &version) == 0) facts.libvirt_version = version;
  if (virConnectGetVersion(c, &version) == 0) facts.hypervisor_version = version;
  virNodeInfo node{};
  if (virNodeGetInfo(c, &node) != 0) return tl::unexpected(last_error("its size", ErrorCode::kUnreachable));
  facts.cpus = static_cast<std::int64_t>(node.cpus);
  facts.mhz = static_cast<std::int64_t>(node.mhz);
  facts.sockets = static_cast<std::int64_t>(node.sockets) * std::max<std::int64_t>(1, node.nodes);  // libvirt counts those of a NUMA node
  facts.cores = static_cast<std::int64_t>(node.cores);
  facts.threads = static_cast<std::int64_t>(node.threads);
  facts.memory = Bytes(static_cast<std::int64_t>(node.memory) * 1024);
  ask_cpu(c, facts);
  ask_pools(c, facts);
  ask_networks(c, facts);
  return facts;
}

}  // namespace headroom::libvirt
