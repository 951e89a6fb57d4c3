#include "headroom/constraints/metadata.h"

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <memory>

namespace headroom::constraints {
namespace {

struct Free {
  void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
  void operator()(xmlChar* text) const { xmlFree(text); }
};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Names* list_of(std::string_view element, Membership& m) {
  if (element == "group") return &m.groups;
  if (element == "apart") return &m.apart_groups;
  return element == "tag" ? &m.tags : nullptr;
}

Result<void> take(xmlNode* node, Membership& m) {
  Names* const list = list_of(view(node->name), m);
  if (list == nullptr) return {};
  const std::unique_ptr<xmlChar, Free> content(xmlNodeGetContent(node));
  const std::string_view name = trimmed(view(content.get()));
  if (name.empty()) return invalid(fmt::format("metadata: headroom:{} is empty; write a name in it", view(node->name)));
  if (name.size() > kLongestName ||
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return invalid(fmt::format("metadata: the name in headroom:{} must be one line of at most {} bytes", view(node->name),
                               kLongestName));
  if (list->size() == kMostNames)
    return invalid(fmt::format("metadata: more than {} of headroom:{}", kMostNames, view(node->name)));
  list->emplace_back(name);
  return {};
}

// In document order, without recursion: the text may nest as deep as the parser lets it.
xmlNode* next(xmlNode* node, const xmlNode* top) {
  if (node->children != nullptr && node->type == XML_ELEMENT_NODE) return node->children;
  while (node != top && node->next == nullptr) node = node->parent;
  return node == top ? nullptr : node->next;
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

Result<Membership> parse_metadata(std::string_view xml) {
  if (xml.size() > kMostMetadataBytes) return invalid(fmt::format("metadata: larger than {} KiB", kMostMetadataBytes / 1024));
  // No network, no entities expanded, and nothing written to a stream: errors come back as no document.
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
  const std::unique_ptr<xmlDoc, Free> doc(
      xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "metadata", nullptr, kOptions));
  if (!doc) return invalid("metadata: this is no well-formed XML");
  if (doc->intSubset != nullptr) return invalid("metadata: it declares a document type; remove the DOCTYPE");
  Membership m;
  xmlNode* const top = xmlDocGetRootElement(doc.get());
  for (xmlNode* node = top; node != nullptr; node = next(node, top))
    if (node->type == XML_ELEMENT_NODE && node->ns != nullptr && view(node->ns->href) == kMetadataNamespace)
      if (auto good = take(node, m); !good) return tl::unexpected(good.error());
  put_in_order(m);
  return m;
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
