// A configuration file, read once and checked to the last key. Used for rules, prices, scenarios and settings:
//
//   Result<config::Document> document = config::load(path);
//   if (!document) return tl::unexpected(document.error());
//   config::Section top = document->root("a rules file");
//   for (config::Section s : top.sections("rules", "rule")) {
//     s.required("threshold", rule.threshold, config::percent(config::above(0).at_most(10)));
//     s.optional("cooldown", rule.cooldown, config::duration());   // absent: keeps the value it has
//   }
//   if (Result<void> good = document->finish(); !good) return tl::unexpected(good.error());
//
// Reading never stops half way: what is wrong leaves the destination as it was, and finish() gives the error that
// comes first in the file. It also reports every key that nobody asked for. A message names the file, the line, the
// place and the mend: "x.yaml:12: unknown key 'tresholdd' in rule 'grow-cpu'; did you mean 'threshold'?".
//
// The YAML accepted is bounded: one document of at most 1 MiB, 32 levels and 100,000 values, UTF-8 without control
// characters; no anchors, aliases or tags (an alias can blow a small file up a millionfold), no key twice.
// The worst such file (a mebibyte of opening brackets) costs the parser 250 MiB and a fifth of a second.
//
// Threads: a Document and its Sections belong to one thread. Sections must not outlive their Document. Errors are
// kInvalid, but a file that is not there is kNotFound. No exception leaves this module.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/config/section.h"

namespace headroom::config {

inline constexpr std::size_t kMaxFileBytes = 1 << 20;
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxValues = 100'000;

class Document {
 public:
  explicit Document(std::unique_ptr<DocumentState> state);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  const std::string& source() const;         // the file's name, as given
  bool has(std::string_view key) const;      // at the top; does not count as reading it
  std::string first_key() const;             // the first key at the top; "" when the top is not a map

  // The map at the top. `what` names it in messages ("a rules file").
  Section root(std::string what);
  // The first error in the file, if any: call it after the last read.
  Result<void> finish() const;

 private:
  std::unique_ptr<DocumentState> state_;
};

Result<Document> load(const std::string& path);
// `source` stands in messages where the file name would.
Result<Document> parse(std::string_view text, std::string source);

}  // namespace headroom::config
