#include <fmt/format.h>

#include "headroom/config/format.h"
#include "headroom/constraints/file.h"
#include "kind.h"

namespace headroom::constraints {
namespace {

using config::Section;

config::Format<ConstraintKind> kind_format() {
  std::vector<std::pair<std::string, ConstraintKind>> words;
  for (std::size_t k = 0; k < kConstraintKindCount; ++k) {
    const auto kind = static_cast<ConstraintKind>(k);
    if (kind_of(kind).read != nullptr) words.emplace_back(name(kind), kind);
  }
  return config::one_of<ConstraintKind>(std::move(words));
}

std::optional<Constraint> read_one(Section& s) {
  Constraint c;
  c.line = s.line();
  s.required("name", c.name, config::text(60));
  std::optional<ConstraintKind> kind;
  s.required("kind", kind, kind_format());
  if (!kind) return std::nullopt;
  c.kind = *kind;
  kind_of(c.kind).read(s, c);
  return c;
}

}  // namespace

Result<std::vector<Constraint>> read_constraints(config::Document& document) {
  Section top = document.root("a constraints file");
  std::vector<Constraint> all;
  for (Section& s : top.sections("constraints", "constraint"))
    if (auto c = read_one(s)) all.push_back(std::move(*c));
  if (const Result<void> good = document.finish(); !good) return tl::unexpected(good.error());
  if (const Result<void> good = check_constraints(all, document.source()); !good) return tl::unexpected(good.error());
  return all;
}

Result<std::vector<Constraint>> parse_constraints(std::string_view text, std::string source) {
  Result<config::Document> document = config::parse(text, std::move(source));
  if (!document) return tl::unexpected(document.error());
  return read_constraints(*document);
}

Result<std::vector<Constraint>> load_constraints(const std::string& path) {
  Result<config::Document> document = config::load(path);
  if (!document) return tl::unexpected(document.error());
  return read_constraints(*document);
}

}  // namespace headroom::constraints
