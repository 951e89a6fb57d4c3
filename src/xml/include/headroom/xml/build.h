// Writing one element and its children, escaped as XML wants it: what is put into the metadata of domains. It has no namespace: libvirt
// is told that beside it, and puts it on what it stores.
//
//   Build("policy").child("level", "auto").text()  ->  <policy><level>auto</level></policy>
//
// Text must be what XML can hold: printable() says whether it is. Threads: one caller at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct _xmlDoc;

namespace headroom::xml {

class Build {
 public:
  explicit Build(const std::string& root);

  using Attributes = std::vector<std::pair<std::string, std::string>>;
  Build& attribute(const std::string& name, const std::string& value);  // of the root
  Build& child(const std::string& name, const std::string& text, const Attributes& attributes = {});
  std::string text() const;

 private:
  struct Free {
    void operator()(_xmlDoc* document) const;
  };
  std::unique_ptr<_xmlDoc, Free> document_;
};

// Valid UTF-8 without control characters.
bool printable(std::string_view text);

}  // namespace headroom::xml
