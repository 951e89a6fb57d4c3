// Reading XML that other programs wrote, by libxml2. Nothing is fetched, no entity is expanded, nothing is printed; a text
// that is too large, is not well-formed or declares a document type is an error.
//
//   auto document = xml::Document::parse(text, "domain");
//   const std::string model = document->root().at("devices/memballoon").attribute("model");
//
// What is not there is an empty Element, and all of an empty Element is empty: a reader asks for what it wants and checks only
// what it must have.
//
// Threads: a Document belongs to one thread at a time. Ownership: an Element borrows from its Document and must not outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"

struct _xmlDoc;
struct _xmlNode;

namespace headroom::xml {

class Element {
 public:
  Element() = default;
  explicit Element(_xmlNode* node) : node_(node) {}

  explicit operator bool() const { return node_ != nullptr; }
  std::string_view name() const;        // without its prefix
  std::string_view name_space() const;  // the URI; empty: none
  std::string text() const;             // of all that is in it, blanks at both ends taken off
  bool has(const char* attribute) const;
  std::string attribute(const char* name) const;
  // A whole number, of an attribute or of the text. Absent when it is none, or not of 64 bits.
  std::optional<std::int64_t> number(const char* attribute) const;
  std::optional<std::int64_t> number() const;

  // Children are elements by name, of whatever namespace. at() follows first children: "devices/tpm/backend".
  Element child(std::string_view name) const;
  Element at(std::string_view path) const;
  std::vector<Element> children() const;
  std::vector<Element> children(std::string_view name) const;
  // It and all below it, in document order; without recursion, however deep it nests.
  std::vector<Element> all() const;

 private:
  _xmlNode* node_ = nullptr;
};

class Document {
 public:
  // `what` names it in errors ("metadata: this is no well-formed XML"), which are kInvalid.
  static Result<Document> parse(std::string_view text, std::string_view what, std::size_t most_bytes = 4 << 20);

  Element root() const;

 private:
  struct Free {
    void operator()(_xmlDoc* document) const;
  };
  explicit Document(_xmlDoc* document) : document_(document) {}
  std::unique_ptr<_xmlDoc, Free> document_;
};

// The same as Element::number(): "42", nothing before or after it.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace headroom::xml
