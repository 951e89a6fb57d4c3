#include "headroom/libvirt/vm_policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "headroom/config/format.h"
#include "headroom/constraints/metadata.h"
#include "headroom/xml/build.h"

namespace headroom::libvirt {
namespace {

using Bounds = VmPolicy::Bounds;

Result<void> read_bounds(const xml::Element& element, Bounds& into) {
  for (Resource r : kAllResources) {
    const std::string key(name(r));
    if (!element.has(key.c_str())) continue;
    const auto amount = config::amount(r)(element.attribute(key.c_str()));
    if (!amount)
      return invalid(fmt::format("metadata: {} of headroom:{}: {}", key, element.name(), amount.error().message));
    into[index(r)] = *amount;
  }
  return {};
}

Result<void> take(const xml::Element& element, VmPolicy& policy) {
  const std::string text = element.text();
  if (element.name() == "floor") return read_bounds(element, policy.floor);
  if (element.name() == "ceiling") return read_bounds(element, policy.ceiling);
  if (element.name() == "level") {
    policy.level = parse_automation_level(text);
    if (!policy.level) return invalid(fmt::format("metadata: headroom:level is '{}'; write observe, recommend or auto", text));
  }
  if (element.name() == "moves") {
    if (text != "yes" && text != "no") return invalid(fmt::format("metadata: headroom:moves is '{}'; write yes or no", text));
    policy.may_move = text == "yes";
  }
  return {};
}

Result<VmPolicy> read_element(const xml::Element& element) {
  VmPolicy policy;
  for (const xml::Element& child : element.children())
    if (child.name_space() == element.name_space())
      if (auto good = take(child, policy); !good) return tl::unexpected(good.error());
  if (const auto r = floor_over_ceiling(policy))
    return invalid(fmt::format("metadata: the floor of {} is over its ceiling; lower it or leave one out", name(*r)));
  return policy;
}

// What config::amount() reads back to the same number, whatever it is.
std::string exactly(Resource r, std::int64_t amount) {
  switch (r) {
    case Resource::kCpu: return fmt::format("{} mcores", amount);
    case Resource::kMemory: return fmt::format("{} B", amount);
    case Resource::kDisk:
    case Resource::kNetwork: return fmt::format("{} B/s", amount);
  }
  return {};
}

void write_bounds(xml::Build& build, const std::string& element, const Bounds& bounds) {
  xml::Build::Attributes attributes;
  for (Resource r : kAllResources)
    if (bounds[index(r)]) attributes.emplace_back(std::string(name(r)), exactly(r, *bounds[index(r)]));
  if (!attributes.empty()) build.child(element, "", attributes);
}

void add_bounds(const char* what, const Bounds& bounds, std::vector<std::string>& parts) {
  for (Resource r : kAllResources)
    if (bounds[index(r)]) parts.push_back(fmt::format("{} of {} {}", what, name(r), to_text(r, static_cast<double>(*bounds[index(r)]))));
}

}  // namespace

std::optional<Resource> floor_over_ceiling(const VmPolicy& policy) {
  for (Resource r : kAllResources) {
    const auto &low = policy.floor[index(r)], &high = policy.ceiling[index(r)];
    if (low && high && *low > *high) return r;
  }
  return std::nullopt;
}

std::string in_words(const VmPolicy& policy) {
  std::vector<std::string> parts;
  if (policy.level) parts.push_back(fmt::format("level {}", name(*policy.level)));
  add_bounds("floor", policy.floor, parts);
  add_bounds("ceiling", policy.ceiling, parts);
  if (!policy.may_move) parts.emplace_back("stays on its host");
  return fmt::format("{}", fmt::join(parts, ", "));
}

Result<VmPolicy> read_policy(const xml::Element& top) {
  for (const xml::Element& element : top.all())
    if (element.name_space() == kPolicyNamespace && element.name() == "policy") return read_element(element);
  return VmPolicy{};
}

Result<VmPolicy> parse_policy(std::string_view xml) {
  const auto document = xml::Document::parse(xml, "metadata", constraints::kMostMetadataBytes);
  if (!document) return tl::unexpected(document.error());
  if (document->root().name() != "policy") return invalid(fmt::format("metadata: this is a <{}>, not a <policy>", document->root().name()));
  return read_element(document->root());
}

std::string to_xml(const VmPolicy& policy) {
  xml::Build build("policy");
  if (policy.level) build.child("level", std::string(name(*policy.level)));
  write_bounds(build, "floor", policy.floor);
  write_bounds(build, "ceiling", policy.ceiling);
  if (!policy.may_move) build.child("moves", "no");
  return build.text();
}

}  // namespace headroom::libvirt
