#include "headroom/libvirt/domain.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices.h"
#include "units.h"

namespace headroom::libvirt {
namespace {

using xml::Element;

constexpr std::int64_t kMostVcpus = 65'536;   // no hypervisor gives more

std::optional<std::int64_t> vcpus(std::optional<std::int64_t> told) { return told && *told >= 0 && *told <= kMostVcpus ? told : std::nullopt; }

void read_vcpus(const Element& top, Domain& d) {
  const Element vcpu = top.child("vcpu");
  d.most_vcpus = vcpus(vcpu.number()).value_or(0);
  d.vcpus = vcpus(vcpu.number("current")).value_or(d.most_vcpus);
  for (const Element& v : top.child("vcpus").children("vcpu"))
    if (v.attribute("enabled") == "yes" && v.attribute("hotpluggable") == "yes") ++d.removable_vcpus;
  if (const std::string set = vcpu.attribute("cpuset"); !set.empty()) d.pins.push_back("all vCPUs to CPUs " + set);
}

void read_tuning(const Element& top, Domain& d) {
  const Element tune = top.child("cputune");
  for (const Element& pin : tune.children("vcpupin"))
    d.pins.push_back(fmt::format("vCPU {} to CPUs {}", pin.attribute("vcpu"), pin.attribute("cpuset")));
  if (const Element pin = tune.child("emulatorpin")) d.pins.push_back("its emulator to CPUs " + pin.attribute("cpuset"));
  for (const Element& pin : tune.children("iothreadpin")) d.pins.push_back("an I/O thread to CPUs " + pin.attribute("cpuset"));
  d.shares = tune.child("shares").number();
  d.period_us = tune.child("period").number();
  d.quota_us = tune.child("quota").number();
  const Element numa = top.at("numatune/memory");
  if (numa.has("nodeset")) d.pins.push_back(fmt::format("its memory to NUMA nodes {} ({})", numa.attribute("nodeset"),
                                                        numa.has("mode") ? numa.attribute("mode") : "strict"));
  for (const Element& node : top.child("numatune").children("memnode"))
    d.pins.push_back(fmt::format("memory of its cell {} to NUMA node {}", node.attribute("cellid"), node.attribute("nodeset")));
}

void read_memory(const Element& top, Domain& d) {
  d.memory = bytes_in(top.child("memory")).value_or(Bytes());
  d.current_memory = bytes_in(top.child("currentMemory")).value_or(d.memory);
  d.most_memory = bytes_in(top.child("maxMemory")).value_or(Bytes());
  const Element backing = top.child("memoryBacking");
  d.locked = static_cast<bool>(backing.child("locked"));
  if (const Element huge = backing.child("hugepages")) {
    d.on_hugepages = true;
    const Element page = huge.child("page");
    if (const auto size = page.number("size")) d.hugepage = bytes_of(*size, page.attribute("unit")).value_or(Bytes());
  }
  // libvirt writes "no limit" as a number of its own near 2^63 bytes.
  const auto limit = bytes_in(top.at("memtune/hard_limit"));
  if (limit && limit->count() < std::int64_t{1} << 52) d.hard_limit = limit;
}

void read_cpu(const Element& top, Domain& d) {
  const Element cpu = top.child("cpu");
  d.cpu_mode = cpu.attribute("mode");
  if (d.cpu_mode.empty() && cpu.child("model")) d.cpu_mode = "custom";
  d.cpu_model = cpu.child("model").text();
  d.cpu_migratable = cpu.attribute("migratable") != "off";
  for (const Element& f : cpu.children("feature")) {
    const std::string policy = f.attribute("policy");
    if (policy.empty() || policy == "require" || policy == "force") d.cpu_features.push_back(f.attribute("name"));
    if (policy == "disable" || policy == "forbid") d.cpu_without.push_back(f.attribute("name"));
  }
  d.numa_cells = static_cast<std::int64_t>(cpu.child("numa").children("cell").size());
}

// What is wrong in our own metadata counts as absent: the VM is still watched, and somebody is told.
void read_metadata(const Element& top, Domain& d) {
  const Element metadata = top.child("metadata");
  for (const Element& element : metadata.children()) {
    const std::string space(element.name_space());
    if (!space.empty() && std::find(d.namespaces.begin(), d.namespaces.end(), space) == d.namespaces.end())
      d.namespaces.push_back(space);
  }
  if (auto membership = constraints::read_metadata(metadata)) d.membership = std::move(*membership);
  else d.complaints.push_back(membership.error().message);
  if (auto policy = read_policy(metadata)) {
    d.policy = *policy;
  } else {
    d.complaints.push_back(policy.error().message);
    d.policy.level = AutomationLevel::kObserve;  // it was meant to say something: nothing is done until that can be read
  }
}

void read_identity(const Element& top, Domain& d) {
  d.uuid = top.child("uuid").text();
  d.name = top.child("name").text();
  d.type = top.attribute("type");
  d.id = top.number("id");
  const Element type = top.at("os/type");
  d.arch = type.attribute("arch");
  d.machine = type.attribute("machine");
  d.emulator = top.at("devices/emulator").text();
  d.description = top.child("description").text();
  for (const Element& info : top.children("sysinfo"))
    for (const Element& entry : info.child("system").children("entry")) {
      if (entry.attribute("name") == "manufacturer") d.maker = entry.text();
      if (entry.attribute("name") == "product") d.product = entry.text();
    }
  for (const char* file : {"os/kernel", "os/initrd", "os/dtb"})
    if (const Element path = top.at(file)) d.boot_files.push_back(path.text());
  d.encryption = top.child("launchSecurity").attribute("type");
}

}  // namespace

std::optional<std::int64_t> Throttle::both_ways() const {
  if (total) return total;
  if (in && out && *in <= INT64_MAX - *out) return *in + *out;
  return std::nullopt;
}

Result<Domain> parse_domain(std::string_view xml) {
  const auto document = xml::Document::parse(xml, "domain");
  if (!document) return tl::unexpected(document.error());
  const Element top = document->root();
  if (top.name() != "domain") return invalid(fmt::format("domain: this is a <{}>, not a <domain>", top.name()));
  Domain d;
  read_identity(top, d);
  if (d.uuid.empty()) return invalid("domain: it has no UUID");
  read_vcpus(top, d);
  read_tuning(top, d);
  read_memory(top, d);
  read_cpu(top, d);
  read_devices(top.child("devices"), d);
  read_metadata(top, d);
  return d;
}

std::string cpu_to_expand(const Domain& d) {
  if (d.cpu_mode != "custom" || d.cpu_model.empty()) return {};
  std::string cpu = fmt::format("<cpu mode='custom' match='exact'><model fallback='forbid'>{}</model>", d.cpu_model);
  for (const std::string& f : d.cpu_features) cpu += fmt::format("<feature policy='require' name='{}'/>", f);
  for (const std::string& f : d.cpu_without) cpu += fmt::format("<feature policy='disable' name='{}'/>", f);
  cpu += "</cpu>";
  return xml::Document::parse(cpu, "CPU") ? cpu : std::string();  // a name may hold anything
}

Result<void> complete_cpu(std::string_view expanded, Domain& d) {
  const auto document = xml::Document::parse(expanded, "CPU");
  if (!document) return tl::unexpected(document.error());
  const auto features = document->root().children("feature");
  if (document->root().name() != "cpu" || features.empty()) return invalid("CPU: no features are written out");
  d.cpu_features.clear();
  for (const Element& f : features)
    if (f.attribute("policy").empty() || f.attribute("policy") == "require") d.cpu_features.push_back(f.attribute("name"));
  d.cpu_complete = true;
  return {};
}

}  // namespace headroom::libvirt
