#include "headroom/libvirt/host_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "headroom/xml/build.h"
#include "headroom/xml/document.h"
#include "units.h"

namespace headroom::libvirt {
namespace {

using xml::Element;

constexpr std::int64_t kMostPages = std::int64_t{1} << 40;   // of a node; many of them can be added up

Result<xml::Document> parse(std::string_view text, std::string_view what, std::string_view root) {
  auto document = xml::Document::parse(text, what);
  if (document && document->root().name() != root)
    return invalid(fmt::format("{}: this is a <{}>, not a <{}>", what, document->root().name(), root));
  return document;
}

void read_cells(const Element& topology, HostFacts& facts) {
  facts.cells.clear();
  std::map<std::int64_t, std::int64_t> pages;  // size in bytes -> count
  for (const Element& cell : topology.child("cells").children("cell")) {
    facts.cells.push_back({cell.number("id").value_or(0), static_cast<std::int64_t>(cell.child("cpus").children("cpu").size()),
                           bytes_in(cell.child("memory")).value_or(Bytes())});
    std::map<std::int64_t, std::int64_t> here;
    for (const Element& p : cell.children("pages"))
      if (const auto size = bytes_of(p.number("size").value_or(0), p.attribute("unit")))
        here[size->count()] += std::clamp<std::int64_t>(p.number().value_or(0), 0, kMostPages);
    if (!here.empty()) here.erase(here.begin());  // the smallest are the ordinary pages
    for (const auto& [size, count] : here) pages[size] += count;
  }
  facts.hugepages.clear();
  for (const auto& [size, count] : pages)
    if (count > 0) facts.hugepages.push_back({Bytes(size), count});
}

void read_guests(const Element& top, HostFacts& facts) {
  facts.machines.clear();
  facts.kvm = false;
  for (const Element& guest : top.children("guest")) {
    const Element arch = guest.child("arch");
    if (arch.attribute("name") != facts.arch || guest.child("os_type").text() != "hvm") continue;
    for (const Element& e : arch.all()) {
      if (e.name() == "machine") {
        facts.machines.push_back(e.text());
        if (e.has("canonical")) facts.machines.push_back(e.attribute("canonical"));
      }
      if (e.name() == "domain" && e.attribute("type") == "kvm") facts.kvm = true;
    }
  }
  normalise(facts.machines);
}

}  // namespace

Result<void> read_capabilities(std::string_view text, HostFacts& facts) {
  const auto document = parse(text, "capabilities", "capabilities");
  if (!document) return tl::unexpected(document.error());
  const Element host = document->root().child("host");
  facts.uuid = host.child("uuid").text();
  const Element cpu = host.child("cpu");
  facts.arch = cpu.child("arch").text();
  facts.cpu_model = cpu.child("model").text();
  // Steppings and microcode change what a passed-through CPU can do, so they are part of what has to be equal.
  Names features;
  for (const Element& f : cpu.children("feature")) features.push_back(f.attribute("name"));
  std::sort(features.begin(), features.end());
  const Element signature = cpu.child("signature");
  facts.cpu_identity = fmt::format("{} {} {}/{}/{} {}", cpu.child("vendor").text(), facts.cpu_model, signature.attribute("family"),
                                   signature.attribute("model"), signature.attribute("stepping"),
                                   cpu.child("microcode").attribute("version"));
  for (const std::string& f : features) facts.cpu_identity += ' ' + f;
  read_cells(host.child("topology"), facts);
  read_guests(document->root(), facts);
  return {};
}

Result<void> read_domain_capabilities(std::string_view text, HostFacts& facts) {
  const auto document = parse(text, "domain capabilities", "domainCapabilities");
  if (!document) return tl::unexpected(document.error());
  facts.cpu_models.clear();
  facts.cpu_features.clear();
  for (const Element& mode : document->root().child("cpu").children("mode")) {
    if (mode.attribute("supported") != "yes") continue;
    for (const Element& model : mode.children("model"))
      if (mode.attribute("name") == "host-model" || model.attribute("usable") == "yes") facts.cpu_models.push_back(model.text());
    if (mode.attribute("name") == "host-model")
      for (const Element& f : mode.children("feature"))
        if (f.attribute("policy") == "require") facts.cpu_features.push_back(f.attribute("name"));
  }
  normalise(facts.cpu_models);
  normalise(facts.cpu_features);
  facts.tpm_emulator = false;
  for (const Element& e : document->root().at("devices/tpm").children("enum"))
    if (e.attribute("name") == "backendModel")
      for (const Element& value : e.children("value")) facts.tpm_emulator = facts.tpm_emulator || value.text() == "emulator";
  return {};
}

Result<void> add_cpu_features(std::string_view text, HostFacts& facts) {
  const auto document = parse(text, "CPU", "cpu");
  if (!document) return tl::unexpected(document.error());
  for (const Element& f : document->root().children("feature"))
    if (f.attribute("policy").empty() || f.attribute("policy") == "require") facts.cpu_features.push_back(f.attribute("name"));
  normalise(facts.cpu_features);
  return {};
}

std::string host_model_cpu(std::string_view domain_capabilities) {
  const auto document = parse(domain_capabilities, "domain capabilities", "domainCapabilities");
  if (!document) return {};
  for (const Element& mode : document->root().child("cpu").children("mode")) {
    const std::string model = mode.child("model").text();
    if (mode.attribute("name") != "host-model" || mode.attribute("supported") != "yes" || !xml::printable(model) || model.empty())
      continue;
    std::string cpu = fmt::format("<cpu mode='custom' match='exact'><model fallback='forbid'>{}</model>", model);
    for (const Element& f : mode.children("feature"))
      if (f.attribute("policy") == "require") cpu += fmt::format("<feature policy='require' name='{}'/>", f.attribute("name"));
    return cpu + "</cpu>";
  }
  return {};
}

Result<StoragePool> parse_pool(std::string_view text) {
  const auto document = parse(text, "storage pool", "pool");
  if (!document) return tl::unexpected(document.error());
  const Element top = document->root();
  return StoragePool{top.child("name").text(), top.attribute("type"), top.at("target/path").text()};
}

std::string version_text(std::uint64_t version) {
  return fmt::format("{}.{}.{}", version / 1'000'000, version / 1000 % 1000, version % 1000);
}

}  // namespace headroom::libvirt
