// PCI devices and huge pages: counted, a lane for each kind that somebody needs. What operators say of some VMs is added to
// what those VMs say of themselves (the larger count holds), since both draw on the same devices. Always hard: without its
// device a VM does not start.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "headroom/config/format.h"
#include "kinds.h"
#include "writer.h"

namespace headroom::constraints {
namespace {

constexpr std::int64_t kMostOfAKind = 100'000'000;

// "2 x nvidia-a100": the count, and what follows.
Result<std::pair<std::int64_t, std::string_view>> counted(std::string_view text, std::string_view example) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc() || !rest.starts_with(" x ") || rest.size() == 3)
    return invalid(fmt::format("{} is not a count and a kind; write {}", config::in_quotes(text), example));
  if (count < 1 || count > kMostOfAKind)
    return invalid(fmt::format("{}: the count must be at least 1 and at most {}", config::in_quotes(text), kMostOfAKind));
  return std::pair(count, rest.substr(3));
}

Result<DeviceCount> device(std::string_view text) {
  const auto parts = counted(text, "2 x nvidia-a100");
  if (!parts) return tl::unexpected(parts.error());
  const auto kind = config::text(kLongestName)(parts->second);
  if (!kind) return tl::unexpected(kind.error());
  return DeviceCount{*kind, parts->first};
}

Result<HugePages> pages(std::string_view text) {
  const auto parts = counted(text, "512 x 2 MiB");
  if (!parts) return tl::unexpected(parts.error());
  const auto size = config::amount(Resource::kMemory)(parts->second);
  if (!size) return tl::unexpected(size.error());
  return HugePages{Bytes(*size), parts->first};
}

void read(config::Section& s, Constraint& c) {
  read_vms(s, c);
  s.list("pci", c.needs.devices, device);
  s.list("huge pages", c.needs.hugepages, pages);
}

Complaint fault(const Constraint& c) {
  if (auto complaint = no_vms(c)) return complaint;
  if (c.needs.devices.empty() && c.needs.hugepages.empty()) return "asks for nothing; give it pci or huge pages";
  if (c.usd_per_hour) return "is soft; without its device a VM does not start, so remove price";
  if (c.needs.devices.size() + c.needs.hugepages.size() > kMostNames)
    return fmt::format("names more than {} kinds of devices", kMostNames);
  return std::nullopt;
}

// Adds what is needed more than is there already.
void merge(const Equipment& from, Equipment& into) {
  for (const DeviceCount& d : from.devices) {
    const auto same =
        std::find_if(into.devices.begin(), into.devices.end(), [&](const DeviceCount& i) { return i.kind == d.kind; });
    if (same == into.devices.end()) into.devices.push_back(d);
    else same->count = std::max(same->count, d.count);
  }
  for (const HugePages& h : from.hugepages) {
    const auto same =
        std::find_if(into.hugepages.begin(), into.hugepages.end(), [&](const HugePages& i) { return i.page == h.page; });
    if (same == into.hugepages.end()) into.hugepages.push_back(h);
    else same->count = std::max(same->count, h.count);
  }
}

// All of it in one, whoever said it: an operator's constraint of this kind writes and checks nothing more.
std::vector<Bound> all_needs(const Fleet& fleet) {
  std::map<std::size_t, Equipment> needs;
  for (std::size_t v = 0; v < fleet.vms(); ++v)
    if (!fleet.vm(v).needs.devices.empty() || !fleet.vm(v).needs.hugepages.empty()) merge(fleet.vm(v).needs, needs[v]);
  for (const Constraint& c : fleet.snapshot().constraints)
    if (c.kind == ConstraintKind::kDevices)
      for (std::size_t v : fleet.select(c.vms)) merge(c.needs, needs[v]);
  if (needs.empty()) return {};
  Bound b;
  b.constraint.kind = ConstraintKind::kDevices;
  b.constraint.name = "devices";
  for (auto& [v, of_vm] : needs) {
    b.vms.push_back(v);
    b.needs.push_back(std::move(of_vm));
  }
  return {b};
}

std::int64_t offered(const Equipment& e, const std::string& kind) {
  const auto it = std::find_if(e.devices.begin(), e.devices.end(), [&](const DeviceCount& d) { return d.kind == kind; });
  return it == e.devices.end() ? 0 : it->count;
}

std::int64_t offered(const Equipment& e, Bytes page) {
  const auto it = std::find_if(e.hugepages.begin(), e.hugepages.end(), [&](const HugePages& h) { return h.page == page; });
  return it == e.hugepages.end() ? 0 : it->count;
}

void need(const std::string& name, const auto& kind, std::int64_t count, std::size_t vm, const Fleet& fleet, Writer& writer) {
  const bool is_new = !writer.has_lane(name);
  CountedLane& lane = writer.lane(name);
  for (std::size_t h = 0; is_new && h < fleet.hosts(); ++h) lane.capacity[h] = offered(fleet.host(h).offers, kind);
  lane.need[vm] = count;
}

void write(const Bound& b, const Fleet& fleet, Writer& writer) {
  for (std::size_t i = 0; i < b.needs.size(); ++i) {
    for (const DeviceCount& d : b.needs[i].devices) need("pci " + d.kind, d.kind, d.count, b.vms[i], fleet, writer);
    for (const HugePages& p : b.needs[i].hugepages)
      need(fmt::format("huge pages of {} B", p.page.count()), p.page, p.count, b.vms[i], fleet, writer);
  }
}

using Counts = std::map<std::string, std::int64_t>;  // kind -> how many

Counts counts(const Equipment& e) {
  Counts all;
  for (const DeviceCount& d : e.devices) all["of PCI " + d.kind] += d.count;
  for (const HugePages& p : e.hugepages)
    all["huge pages of " + to_text(Resource::kMemory, static_cast<double>(p.page.count()))] += p.count;
  return all;
}

void check(const Bound& b, const Scene& scene, Findings& findings) {
  std::map<std::size_t, Counts> wanted;  // by host
  for (std::size_t i = 0; i < b.needs.size(); ++i)
    for (const auto& [kind, count] : counts(b.needs[i])) {
      wanted[scene.w.at[b.vms[i]]][kind] += count;
      if (const std::size_t left = scene.w.leaves[b.vms[i]]; left != kNowhere) wanted[left][kind] += count;
    }
  for (const auto& [h, of_host] : wanted) {
    Counts there = counts(scene.fleet.host(h).offers);
    for (const auto& [kind, count] : of_host)
      if (count > there[kind])
        findings.add(
            {.text = fmt::format("VMs on {} need {} {}; it has {}", scene.fleet.host(h).name, count, kind, there[kind]),
             .amount = static_cast<double>(count - there[kind]),
             .subject = h,
             .where = std::hash<std::string>{}(kind)});
  }
}

}  // namespace

const Kind kDevices{ConstraintKind::kDevices, read, "", fault, all_needs, write, check};

}  // namespace headroom::constraints
