#include "headroom/libvirt/host_book.h"

#include <nlohmann/json.hpp>

namespace headroom::libvirt {
namespace {

using nlohmann::json;

json to_json(const NumaCell& c) { return {{"id", c.id}, {"cpus", c.cpus}, {"memory", c.memory.count()}}; }
json to_json(const HugePages& h) { return {{"page", h.page.count()}, {"count", h.count}}; }
json to_json(const StoragePool& p) { return {{"name", p.name}, {"type", p.type}, {"path", p.path}}; }

template <class T>
json list(const std::vector<T>& all) {
  json array = json::array();
  for (const T& one : all) array.push_back(to_json(one));
  return array;
}

// What an older version did not write stays empty.
template <class T>
void take(const json& object, const char* key, T& value) {
  if (object.contains(key)) object.at(key).get_to(value);
}
void take(const json& object, const char* key, Bytes& value) {
  if (object.contains(key)) value = Bytes(object.at(key).get<std::int64_t>());
}

void take_lists(const json& object, HostFacts& f) {
  for (const json& c : object.value("cells", json::array()))
    f.cells.push_back({c.at("id").get<std::int64_t>(), c.at("cpus").get<std::int64_t>(), Bytes(c.at("memory").get<std::int64_t>())});
  for (const json& h : object.value("hugepages", json::array()))
    f.hugepages.push_back({Bytes(h.at("page").get<std::int64_t>()), h.at("count").get<std::int64_t>()});
  for (const json& p : object.value("pools", json::array()))
    f.pools.push_back({p.at("name").get<std::string>(), p.at("type").get<std::string>(), p.at("path").get<std::string>()});
}

}  // namespace

std::string to_json_text(const HostFacts& f) {
  const json object{{"uuid", f.uuid}, {"name", f.name}, {"hypervisor", f.hypervisor}, {"libvirt_version", f.libvirt_version},
                    {"hypervisor_version", f.hypervisor_version}, {"cpus", f.cpus}, {"mhz", f.mhz}, {"sockets", f.sockets},
                    {"cores", f.cores}, {"threads", f.threads}, {"memory", f.memory.count()}, {"cells", list(f.cells)},
                    {"hugepages", list(f.hugepages)}, {"arch", f.arch}, {"cpu_model", f.cpu_model}, {"cpu_identity", f.cpu_identity},
                    {"machines", f.machines}, {"cpu_models", f.cpu_models}, {"cpu_features", f.cpu_features}, {"kvm", f.kvm},
                    {"tpm_emulator", f.tpm_emulator}, {"pools", list(f.pools)}, {"networks", f.networks}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<HostFacts> parse_host_facts(const std::string& json_text) {
  HostFacts f;
  try {
    const json object = json::parse(json_text);
    if (!object.is_object()) return invalid("what a host was is not written as it should be");
    take(object, "uuid", f.uuid), take(object, "name", f.name), take(object, "hypervisor", f.hypervisor);
    take(object, "libvirt_version", f.libvirt_version), take(object, "hypervisor_version", f.hypervisor_version);
    take(object, "cpus", f.cpus), take(object, "mhz", f.mhz), take(object, "memory", f.memory);
    take(object, "sockets", f.sockets), take(object, "cores", f.cores), take(object, "threads", f.threads);
    take(object, "arch", f.arch), take(object, "cpu_model", f.cpu_model), take(object, "cpu_identity", f.cpu_identity);
    take(object, "machines", f.machines), take(object, "cpu_models", f.cpu_models), take(object, "cpu_features", f.cpu_features);
    take(object, "kvm", f.kvm), take(object, "tpm_emulator", f.tpm_emulator), take(object, "networks", f.networks);
    take_lists(object, f);
  } catch (const json::exception&) {
    return invalid("what a host was is not written as it should be");
  }
  return f;
}

Result<std::vector<AbsentHost>> MemoryHostBook::absent() {
  std::vector<AbsentHost> all;
  for (const auto& [uri, host] : hosts_) all.push_back(host);
  return all;
}

Result<void> MemoryHostBook::note_absent(const AbsentHost& host) {
  hosts_[host.uri] = host;
  return {};
}

Result<void> MemoryHostBook::note_present(const std::string& uri) {
  hosts_.erase(uri);
  return {};
}

}  // namespace headroom::libvirt
