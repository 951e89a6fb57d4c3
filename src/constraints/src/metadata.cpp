#include "headroom/constraints/metadata.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::constraints {
namespace {

Names* list_of(std::string_view element, Membership& m) {
  if (element == "group") return &m.groups;
  if (element == "apart") return &m.apart_groups;
  return element == "tag" ? &m.tags : nullptr;
}

Result<void> take(const xml::Element& element, Membership& m) {
  Names* const list = list_of(element.name(), m);
  if (list == nullptr) return {};
  std::string name = element.text();
  if (name.empty()) return invalid(fmt::format("metadata: headroom:{} is empty; write a name in it", element.name()));
  if (name.size() > kLongestName ||
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return invalid(fmt::format("metadata: the name in headroom:{} must be one line of at most {} bytes", element.name(),
                               kLongestName));
  if (list->size() == kMostNames)
    return invalid(fmt::format("metadata: more than {} of headroom:{}", kMostNames, element.name()));
  list->push_back(std::move(name));
  return {};
}

void put_in_order(Membership& m) {
  normalise(m.groups);
  normalise(m.apart_groups);
  normalise(m.tags);
}

void add(const Names& more, Names& names) {
  names.insert(names.end(), more.begin(), more.end());
  normalise(names);
}

}  // namespace

Result<Membership> read_metadata(const xml::Element& top) {
  Membership m;
  for (const xml::Element& element : top.all())
    if (element.name_space() == kMetadataNamespace)
      if (auto good = take(element, m); !good) return tl::unexpected(good.error());
  put_in_order(m);
  return m;
}

Result<Membership> parse_metadata(std::string_view text) {
  const auto document = xml::Document::parse(text, "metadata", kMostMetadataBytes);
  if (!document) return tl::unexpected(document.error());
  return read_metadata(document->root());
}

Membership from_tags(const std::vector<std::string>& tags) {
  Membership m;
  const auto take_after = [](std::string_view prefix, std::string_view tag, Names& into) {
    if (tag.starts_with(prefix) && tag.size() > prefix.size()) into.emplace_back(tag.substr(prefix.size()));
  };
  for (const std::string& tag : tags) {
    if (tag.empty() || tag.size() > kLongestName) continue;
    m.tags.push_back(tag);
    for (std::string_view prefix : {"affinity:", "plb_affinity_"}) take_after(prefix, tag, m.groups);
    for (std::string_view prefix : {"anti-affinity:", "plb_anti_affinity_"}) take_after(prefix, tag, m.apart_groups);
  }
  put_in_order(m);
  return m;
}

void join(const Membership& membership, Vm& vm) {
  add(membership.groups, vm.groups);
  add(membership.apart_groups, vm.apart_groups);
  add(membership.tags, vm.tags);
}

}  // namespace headroom::constraints
