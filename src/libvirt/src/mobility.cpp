#include "headroom/libvirt/mobility.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "obstacles.h"

namespace headroom::libvirt {
namespace {

constexpr std::array<std::string_view, 8> kSharedPools{"netfs", "gluster", "rbd", "iscsi", "iscsi-direct", "sheepdog", "vstorage", "mpath"};

bool shared(const StoragePool& pool) { return std::find(kSharedPools.begin(), kSharedPools.end(), pool.type) != kSharedPools.end(); }

bool under(const std::string& path, const std::string& folder) {
  if (folder.empty() || !path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder.back() == '/' || path[folder.size()] == '/';
}

DiskReach in_pool(const StoragePool* pool) {
  if (pool == nullptr || !shared(*pool)) return {};
  return {Reach::kShared, pool->name};
}

// FNV-1a. What tells one kind of CPU from another has no order of its own, and names have to be short.
std::string fingerprint(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
  return fmt::format("host CPU {:016x}", hash);
}

// An emulated CPU (TCG) is QEMU's own on any machine.
void add_cpu(const Domain& d, const HostFacts& host, Equipment& needs) {
  if (d.type != "kvm") return;
  if (d.cpu_mode == "host-passthrough" || d.cpu_mode == "maximum") {
    needs.cpu_models = {fingerprint(host.cpu_identity)};
    return;
  }
  if (!d.cpu_model.empty() && !d.cpu_complete) needs.cpu_models = {d.cpu_model};
  needs.cpu_features = d.cpu_features;
  normalise(needs.cpu_features);
}

void add_hugepages(const Domain& d, const HostFacts& host, Equipment& needs) {
  if (!d.on_hugepages) return;
  Bytes page = d.hugepage;
  if (page.count() == 0) page = host.hugepages.empty() ? 2_MiB : host.hugepages.front().page;
  needs.hugepages = {{page, (d.memory.count() + page.count() - 1) / page.count()}};
}

void missing(const char* what, const Names& wanted, const Names& offered, std::vector<std::string>& into) {
  for (const std::string& name : wanted)
    if (!has(offered, name)) into.push_back(fmt::format("{} {}", what, name));
}

}  // namespace

std::string Site::shared_path_of(const std::string& path) const {
  for (const std::string& folder : shared_paths)
    if (under(path, folder)) return folder;
  return {};
}

DiskReach reach_of(const Disk& disk, const HostFacts& host, const Site& site) {
  if (disk.source.empty()) return {Reach::kNoMedium, {}};
  if (disk.type == "network") return {Reach::kShared, {}};
  if (disk.type == "volume") {
    const auto pool = std::find_if(host.pools.begin(), host.pools.end(), [&](const StoragePool& p) { return p.name == disk.pool; });
    return in_pool(pool == host.pools.end() ? nullptr : &*pool);
  }
  if (!site.shared_path_of(disk.source).empty()) return {Reach::kShared, {}};
  const StoragePool* nearest = nullptr;  // pools may nest
  for (const StoragePool& p : host.pools)
    if (under(disk.source, p.path) && (nearest == nullptr || p.path.size() > nearest->path.size())) nearest = &p;
  // /dev is the path of pools of many kinds, so lying under it says nothing.
  return nearest != nullptr && nearest->path.starts_with("/dev") ? DiskReach{} : in_pool(nearest);
}

MobilityVerdict judge_mobility(const Domain& domain, const HostFacts& host, const Site& site) {
  MobilityVerdict verdict;
  Texts found;
  for (const ObstacleKind& kind : obstacle_table()) {
    found.clear();
    kind.find({domain, host, site}, found);
    for (std::string& text : found) verdict.obstacles.push_back({kind.name, kind.leaves, std::move(text)});
    if (!found.empty()) verdict.mobility = std::min(verdict.mobility, kind.leaves);
  }
  return verdict;
}

std::string MobilityVerdict::reason() const {
  std::string all;
  for (const Obstacle& o : obstacles) all += (all.empty() ? "" : "; ") + o.text;
  return all;
}

std::vector<std::string_view> obstacle_kinds() {
  std::vector<std::string_view> names;
  for (const ObstacleKind& kind : obstacle_table()) names.push_back(kind.name);
  return names;
}

Equipment needs_of(const Domain& d, const HostFacts& host, const Site& site) {
  Equipment needs;
  add_cpu(d, host, needs);
  add_hugepages(d, host, needs);
  if (!d.type.empty()) needs.platforms.push_back(d.type);
  if (!d.machine.empty()) needs.platforms.push_back(d.machine);
  if (d.tpm == "emulator") needs.platforms.push_back("tpm-emulator");
  for (const Disk& disk : d.disks)
    if (const DiskReach reach = reach_of(disk, host, site); !reach.storage.empty()) needs.storages.push_back(reach.storage);
  for (const Nic& nic : d.nics)
    if (nic.type == "network" || nic.type == "bridge" || nic.type == "direct") needs.networks.push_back(nic.source);
  for (Names* names : {&needs.platforms, &needs.storages, &needs.networks}) normalise(*names);
  return needs;
}

Equipment offers_of(const HostFacts& host) {
  Equipment offers;
  offers.cpu_models = host.cpu_models;
  offers.cpu_models.push_back(fingerprint(host.cpu_identity));
  offers.cpu_features = host.cpu_features;
  offers.platforms = host.machines;
  if (host.hypervisor == "QEMU") offers.platforms.push_back("qemu");
  if (host.hypervisor == "TEST") offers.platforms.push_back("test");
  if (host.kvm) offers.platforms.push_back("kvm");
  if (host.tpm_emulator) offers.platforms.push_back("tpm-emulator");
  offers.hugepages = host.hugepages;
  for (const StoragePool& pool : host.pools) offers.storages.push_back(pool.name);
  offers.networks = host.networks;
  for (Names* names : {&offers.cpu_models, &offers.platforms, &offers.storages, &offers.networks}) normalise(*names);
  return offers;
}

std::vector<std::string> lacks(const Equipment& needs, const Equipment& offers) {
  std::vector<std::string> all;
  missing("CPU model", needs.cpu_models, offers.cpu_models, all);
  missing("CPU feature", needs.cpu_features, offers.cpu_features, all);
  missing("machine type or ability", needs.platforms, offers.platforms, all);
  missing("storage pool", needs.storages, offers.storages, all);
  missing("network or bridge", needs.networks, offers.networks, all);
  for (const HugePages& wanted : needs.hugepages) {
    std::int64_t there = 0;
    for (const HugePages& h : offers.hugepages)
      if (h.page == wanted.page) there = h.count;
    if (there < wanted.count)
      all.push_back(fmt::format("{} huge pages of {} (it has {})", wanted.count,
                                to_text(Resource::kMemory, static_cast<double>(wanted.page.count())), there));
  }
  return all;
}

}  // namespace headroom::libvirt
