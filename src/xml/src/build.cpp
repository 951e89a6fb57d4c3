#include "headroom/xml/build.h"

#include <libxml/tree.h>
#include <libxml/xmlstring.h>

#include <algorithm>

#include "headroom/base/check.h"

namespace headroom::xml {
namespace {

const xmlChar* of(const std::string& text) { return reinterpret_cast<const xmlChar*>(text.c_str()); }

struct FreeBuffer {
  void operator()(xmlBuffer* buffer) const { xmlBufferFree(buffer); }
};

}  // namespace

void Build::Free::operator()(xmlDoc* document) const { xmlFreeDoc(document); }

Build::Build(const std::string& root) : document_(xmlNewDoc(of("1.0"))) {
  HEADROOM_CHECK(document_, "there is memory for an XML document");
  xmlDocSetRootElement(document_.get(), xmlNewDocNode(document_.get(), nullptr, of(root), nullptr));
}

Build& Build::attribute(const std::string& name, const std::string& value) {
  xmlNewProp(xmlDocGetRootElement(document_.get()), of(name), of(value));
  return *this;
}

Build& Build::child(const std::string& name, const std::string& text, const Attributes& attributes) {
  xmlNode* const root = xmlDocGetRootElement(document_.get());
  xmlNode* const node = xmlNewTextChild(root, nullptr, of(name), text.empty() ? nullptr : of(text));
  for (const auto& [key, value] : attributes) xmlNewProp(node, of(key), of(value));
  return *this;
}

std::string Build::text() const {
  const std::unique_ptr<xmlBuffer, FreeBuffer> buffer(xmlBufferCreate());
  xmlNodeDump(buffer.get(), document_.get(), xmlDocGetRootElement(document_.get()), 0, 0);
  return {reinterpret_cast<const char*>(xmlBufferContent(buffer.get())), static_cast<std::size_t>(xmlBufferLength(buffer.get()))};
}

bool printable(std::string_view text) {
  const std::string terminated(text);
  return xmlCheckUTF8(of(terminated)) != 0 && terminated.find('\0') == std::string::npos &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace headroom::xml
