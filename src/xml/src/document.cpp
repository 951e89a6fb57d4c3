#include "headroom/xml/document.h"

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <charconv>

namespace headroom::xml {
namespace {

struct FreeText {
  void operator()(xmlChar* text) const { xmlFree(text); }
};
using Text = std::unique_ptr<xmlChar, FreeText>;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

xmlNode* next_in_document(xmlNode* node, const xmlNode* top) {
  if (node->children != nullptr && node->type == XML_ELEMENT_NODE) return node->children;
  while (node != top && node->next == nullptr) node = node->parent;
  return node == top ? nullptr : node->next;
}

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view Element::name() const { return node_ == nullptr ? std::string_view() : view(node_->name); }

std::string_view Element::name_space() const {
  return node_ == nullptr || node_->ns == nullptr ? std::string_view() : view(node_->ns->href);
}

std::string Element::text() const {
  const Text content(node_ == nullptr ? nullptr : xmlNodeGetContent(node_));
  return std::string(trimmed(view(content.get())));
}

bool Element::has(const char* attribute) const {
  return node_ != nullptr && xmlHasProp(node_, reinterpret_cast<const xmlChar*>(attribute)) != nullptr;
}

std::string Element::attribute(const char* name) const {
  const Text value(node_ == nullptr ? nullptr : xmlGetProp(node_, reinterpret_cast<const xmlChar*>(name)));
  return std::string(view(value.get()));
}

std::optional<std::int64_t> Element::number(const char* attribute) const { return whole_number(this->attribute(attribute)); }
std::optional<std::int64_t> Element::number() const { return whole_number(text()); }

Element Element::child(std::string_view name) const {
  if (node_ == nullptr) return {};
  for (xmlNode* n = node_->children; n != nullptr; n = n->next)
    if (n->type == XML_ELEMENT_NODE && view(n->name) == name) return Element(n);
  return {};
}

Element Element::at(std::string_view path) const {
  Element found = *this;
  while (found && !path.empty()) {
    const std::size_t slash = path.find('/');
    found = found.child(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return found;
}

std::vector<Element> Element::children() const {
  std::vector<Element> found;
  for (xmlNode* n = node_ == nullptr ? nullptr : node_->children; n != nullptr; n = n->next)
    if (n->type == XML_ELEMENT_NODE) found.emplace_back(n);
  return found;
}

std::vector<Element> Element::children(std::string_view name) const {
  std::vector<Element> found;
  for (const Element& e : children())
    if (e.name() == name) found.push_back(e);
  return found;
}

std::vector<Element> Element::all() const {
  std::vector<Element> found;
  for (xmlNode* n = node_; n != nullptr; n = next_in_document(n, node_))
    if (n->type == XML_ELEMENT_NODE) found.emplace_back(n);
  return found;
}

void Document::Free::operator()(xmlDoc* document) const { xmlFreeDoc(document); }

Element Document::root() const { return Element(xmlDocGetRootElement(document_.get())); }

Result<Document> Document::parse(std::string_view text, std::string_view what, std::size_t most_bytes) {
  if (text.size() > most_bytes) return invalid(fmt::format("{}: larger than {} KiB", what, most_bytes / 1024));
  // No network, no entities expanded, and nothing written to a stream: errors come back as no document.
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
  Document document(xmlReadMemory(text.data(), static_cast<int>(text.size()), "text", nullptr, kOptions));
  if (!document.document_) return invalid(fmt::format("{}: this is no well-formed XML", what));
  if (document.document_->intSubset != nullptr)
    return invalid(fmt::format("{}: it declares a document type; remove the DOCTYPE", what));
  return document;
}

}  // namespace headroom::xml
