#include <fmt/format.h>

#include <iterator>

#include "headroom/constraints/file.h"
#include "kind.h"

namespace headroom::constraints {
namespace {

// YAML's double-quoted form; names hold no control characters (config::text refuses them).
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

class Map {
 public:
  void add(std::string_view key, const std::string& value) {
    text_ += fmt::format("{}{}: {}", text_.empty() ? "" : ", ", key, value);
  }
  void add(std::string_view key, const Names& names) {
    if (!names.empty()) add(key, list(names));
  }
  static std::string list(const Names& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoted(name);
    return "[" + text + "]";
  }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string selection(const VmSelection& vms) {
  Map map;
  map.add("named", vms.named);
  map.add("tagged", vms.tagged);
  map.add("in groups", vms.grouped);
  return map.text();
}

std::string selection(const HostSelection& hosts) {
  Map map;
  map.add("named", hosts.named);
  map.add("tagged", hosts.tagged);
  map.add("racks", hosts.racks);
  map.add("zones", hosts.zones);
  return map.text();
}

Names in_words(const std::vector<DeviceCount>& devices) {
  Names words;
  for (const DeviceCount& d : devices) words.push_back(fmt::format("{} x {}", d.count, d.kind));
  return words;
}

Names in_words(const std::vector<HugePages>& pages) {
  Names words;
  for (const HugePages& p : pages) {
    const bool whole = p.page.count() % (1 << 20) == 0;
    words.push_back(fmt::format("{} x {} {}", p.count, whole ? p.page.count() >> 20 : p.page.count(), whole ? "MiB" : "B"));
  }
  return words;
}

bool has_scope(ConstraintKind kind) {
  return kind == ConstraintKind::kApart || kind == ConstraintKind::kClose || kind == ConstraintKind::kSpread ||
         kind == ConstraintKind::kReserve;
}

}  // namespace

std::string to_yaml(const std::vector<Constraint>& constraints) {
  std::string out = "constraints:\n";
  const auto line = [&](std::string_view key, const std::string& value) {
    fmt::format_to(std::back_inserter(out), "    {}: {}\n", key, value);
  };
  const auto names = [&](std::string_view key, const Names& all) {
    if (!all.empty()) line(key, Map::list(all));
  };
  for (const Constraint& c : constraints) {
    out += "  - name: " + quoted(c.name) + "\n";
    line("kind", std::string(name(c.kind)));
    if (!c.vms.everyone()) line("vms", selection(c.vms));
    if (c.kind == ConstraintKind::kPin && !c.hosts.everyone()) line("host", quoted(c.hosts.named.front()));
    else if (!c.hosts.everyone()) line("hosts", selection(c.hosts));
    if (has_scope(c.kind)) line("scope", std::string(name(c.scope)));
    if (const std::string_view key = kind_of(c.kind).count_key; !key.empty()) line(key, fmt::format("{}", c.count));
    if (c.kind == ConstraintKind::kReserve) line("quantile", fmt::format("{}", c.quantile));
    names("models", c.needs.cpu_models);
    names("features", c.needs.cpu_features);
    names("pci", in_words(c.needs.devices));
    names("huge pages", in_words(c.needs.hugepages));
    names("storages", c.needs.storages);
    names("networks", c.needs.networks);
    if (c.usd_per_hour) line("price", fmt::format("{} USD/h", *c.usd_per_hour));
  }
  return out;
}

}  // namespace headroom::constraints
