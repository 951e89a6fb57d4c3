#include "devices.h"

#include "units.h"

namespace headroom::libvirt {
namespace {

using xml::Element;

std::optional<std::int64_t> limit(const Element& iotune, const char* name) {
  const auto value = iotune.child(name).number();
  return value && *value > 0 ? value : std::nullopt;  // 0 is libvirt's word for none
}

Disk read_disk(const Element& e) {
  Disk d;
  d.type = e.attribute("type");
  d.device = e.has("device") ? e.attribute("device") : "disk";
  d.target = e.child("target").attribute("dev");
  const Element source = e.child("source");
  d.protocol = source.attribute("protocol");
  d.pool = source.attribute("pool");
  for (const char* where : {"file", "dev", "volume", "name", "dir"})
    if (d.source.empty()) d.source = source.attribute(where);
  if (d.type == "nvme") d.source = pci_address(source.child("address"));
  d.read_only = static_cast<bool>(e.child("readonly")) || d.device == "cdrom";
  d.reserved = static_cast<bool>(source.child("reservations"));
  const Element iotune = e.child("iotune");
  d.throttle = {limit(iotune, "total_bytes_sec"), limit(iotune, "read_bytes_sec"), limit(iotune, "write_bytes_sec")};
  return d;
}

// <inbound average='KiB/s'/>, as seen from the guest.
std::optional<std::int64_t> average(const Element& way) {
  const auto kib = way.number("average");
  return kib && *kib > 0 && *kib < (std::int64_t{1} << 50) ? std::optional(*kib * 1024) : std::nullopt;
}

Nic read_nic(const Element& e) {
  Nic n;
  n.type = e.attribute("type");
  n.mac = e.child("mac").attribute("address");
  const Element source = e.child("source");
  for (const char* what : {"network", "bridge", "dev"})
    if (n.source.empty()) n.source = source.attribute(what);
  n.address = pci_address(source.child("address"));
  n.mode = source.attribute("mode");
  n.has_stand_in = e.child("teaming").attribute("type") == "transient";
  n.throttle = {{}, average(e.at("bandwidth/inbound")), average(e.at("bandwidth/outbound"))};
  return n;
}

HostDevice read_host_device(const Element& e) {
  HostDevice h;
  h.type = e.attribute("type");
  const Element source = e.child("source");
  h.address = pci_address(source.child("address"));
  if (h.address.empty()) h.address = source.child("address").attribute("uuid");
  if (h.address.empty() && source.child("vendor"))
    h.address = source.child("vendor").attribute("id") + ":" + source.child("product").attribute("id");
  if (h.address.empty() && source.child("adapter")) h.address = source.child("adapter").attribute("name");
  return h;
}

MemoryDevice read_memory_device(const Element& e) {
  MemoryDevice m;
  m.model = e.attribute("model");
  m.alias = e.child("alias").attribute("name");
  const Element target = e.child("target");
  m.size = bytes_in(target.child("size")).value_or(Bytes());
  m.requested = bytes_in(target.child("requested")).value_or(Bytes());
  m.current = bytes_in(target.child("current")).value_or(Bytes());
  m.block = bytes_in(target.child("block")).value_or(Bytes());
  m.on_hugepages = static_cast<bool>(e.at("source/pagesize"));
  return m;
}

void read_graphics(const Element& e, Domain& d) {
  const auto take = [&](const std::string& address) {
    if (!address.empty()) d.listen_addresses.push_back(address);
  };
  const auto listens = e.children("listen");
  for (const Element& listen : listens)
    if (listen.attribute("type") == "address") take(listen.attribute("address"));
  if (listens.empty()) take(e.attribute("listen"));
}

void read_character(const Element& e, Domain& d) {
  if (e.attribute("type") == "dev") d.host_characters.push_back(e.child("source").attribute("path"));
}

}  // namespace

void read_devices(const Element& devices, Domain& d) {
  for (const Element& e : devices.children()) {
    const std::string_view kind = e.name();
    if (kind == "disk") d.disks.push_back(read_disk(e));
    if (kind == "interface") d.nics.push_back(read_nic(e));
    if (kind == "hostdev") d.host_devices.push_back(read_host_device(e));
    if (kind == "memory") d.memory_devices.push_back(read_memory_device(e));
    if (kind == "filesystem") d.filesystems.push_back(e.child("target").attribute("dir"));
    if (kind == "graphics") read_graphics(e, d);
    if (kind == "serial" || kind == "parallel" || kind == "channel" || kind == "console") read_character(e, d);
    if (kind == "shmem") d.shared_memory.push_back(e.attribute("name"));
    if (kind == "tpm") d.tpm = e.child("backend").attribute("type");
    if (kind == "memballoon") {
      d.balloon = e.attribute("model");
      d.balloon_deflates = e.attribute("autodeflate") == "on";
      d.guest_statistics = e.child("stats").number("period").value_or(0) > 0;
    }
  }
}

}  // namespace headroom::libvirt
