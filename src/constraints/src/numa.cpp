// A VM fits into so many NUMA nodes of its host: one, or more for those that are wider. What fits is the VM's allocation into
// the nodes' whole CPU and memory: who shares a node with whom is the hypervisor's affair.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

constexpr std::int32_t kMostNodes = 16;

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  read_count(s, c, "nodes", 1, kMostNodes);
  read_price(s, c);
}

Complaint fault(const Constraint& c) {
  if (auto complaint = no_vms(c)) return complaint;
  return count_outside(c, "nodes", 1, kMostNodes);
}

std::vector<Bound> own_needs(const Fleet& fleet) {
  Bound b;
  b.constraint.kind = ConstraintKind::kNuma;
  b.constraint.name = "numa";
  b.facts = true;
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    if (fleet.vm(v).numa_nodes > 0) b.vms.push_back(v);
  if (b.vms.empty()) return {};
  return {b};
}

// --- for the solver: the nodes with most memory, then those with most CPU ---

template <class Better>
bool best_nodes_hold(std::vector<NumaNode> nodes, std::size_t count, const Resources& need, Better better) {
  std::sort(nodes.begin(), nodes.end(), better);
  NumaNode sum;
  for (std::size_t n = 0; n < std::min(count, nodes.size()); ++n) {
    sum.cpu += nodes[n].cpu;
    sum.memory += nodes[n].memory;
  }
  return sum.cpu >= need.cpu() && sum.memory >= need.memory();
}

bool fits(const Host& host, std::size_t count, const Resources& need) {
  if (host.numa.empty()) return need.cpu() <= host.physical.cpu() && need.memory() <= host.physical.memory();
  return best_nodes_hold(host.numa, count, need, [](const NumaNode& a, const NumaNode& b) { return a.memory > b.memory; }) ||
         best_nodes_hold(host.numa, count, need, [](const NumaNode& a, const NumaNode& b) { return a.cpu > b.cpu; });
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  std::map<std::tuple<MilliCores, Bytes, std::int32_t>, placement::HostSet> known;
  for (std::size_t v : b.vms) {
    const Vm& vm = fleet.vm(v);
    const std::int32_t count = b.facts ? vm.numa_nodes : b.constraint.count;
    const auto [it, is_new] = known.try_emplace({vm.allocation.cpu(), vm.allocation.memory(), count});
    if (is_new) {
      std::vector<std::size_t> able;
      for (std::size_t h = 0; h < fleet.hosts(); ++h)
        if (fits(fleet.host(h), static_cast<std::size_t>(count), vm.allocation)) able.push_back(h);
      it->second = writer.set_of(able);
    }
    writer.keep_on(v, it->second, b.constraint.usd_per_hour);
  }
}

// --- for the judge: any choice of nodes ---

bool some_nodes_hold(const Host& host, int count, const Resources& need) {
  std::vector<NumaNode> nodes = host.numa;
  if (nodes.empty()) nodes.push_back({host.physical.cpu(), host.physical.memory()});
  if (nodes.size() > kMostNodes) nodes.resize(kMostNodes);
  for (unsigned chosen = 1; chosen < 1U << nodes.size(); ++chosen) {
    if (std::popcount(chosen) > count) continue;
    std::int64_t cpu = 0, memory = 0;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      if ((chosen >> n & 1) == 0) continue;
      cpu += nodes[n].cpu.count();
      memory += nodes[n].memory.count();
    }
    if (cpu >= need[Resource::kCpu] && memory >= need[Resource::kMemory]) return true;
  }
  return false;
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  for (std::size_t v : b.vms) {
    const Vm& vm = scene.fleet.vm(v);
    const Host& host = scene.fleet.host(scene.w.at[v]);
    const int count = b.facts ? vm.numa_nodes : b.constraint.count;
    if (!some_nodes_hold(host, count, vm.allocation))
      findings.add({.text = fmt::format("{} has to fit into {} NUMA node{} and {} has none so large", vm.name, count,
                                        count == 1 ? "" : "s", host.name),
                    .subject = v,
                    .where = scene.w.at[v]});
  }
}

}  // namespace

const Kind kNuma{ConstraintKind::kNuma, read, "nodes", fault, own_needs, write, check};

}  // namespace headroom::constraints
