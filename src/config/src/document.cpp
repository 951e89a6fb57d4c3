#include "headroom/config/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "state.h"
#include "tree.h"
#include "utf8.h"

namespace headroom::config {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail(ErrorCode::kNotFound, fmt::format("{}: no such file", path));
  // A pipe or a device could keep the reader waiting, or never end.
  if (!std::filesystem::is_regular_file(status)) return invalid(fmt::format("{}: not a regular file", path));
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kFailed, fmt::format("{}: cannot be opened; check its permissions", path));
  std::string bytes(kMaxFileBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return fail(ErrorCode::kFailed, fmt::format("{}: cannot be read", path));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

}  // namespace

Document::Document(std::unique_ptr<DocumentState> state) : state_(std::move(state)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

const std::string& Document::source() const { return state_->source; }
bool Document::has(std::string_view key) const { return find(state_->root, key) != nullptr; }
std::string Document::first_key() const {
  return state_->root.entries.empty() ? std::string() : state_->root.entries.front().key;
}

Section Document::root(std::string what) {
  if (state_->root.kind == Node::Kind::kMap) return Section(state_->add_section(&state_->root, std::move(what)));
  state_->report(state_->root.line, fmt::format("{} is a map of keys, but this is {}", what, kind_words(state_->root)));
  return Section(state_->add_section(nullptr, std::move(what)));
}

Result<void> Document::finish() const {
  std::vector<Finding> all = state_->findings;
  for (const SectionState& section : state_->sections) section.find_unread(all);
  if (all.empty()) return {};
  const auto first = std::min_element(all.begin(), all.end(),
                                      [](const Finding& a, const Finding& b) { return a.line < b.line; });
  return invalid(fmt::format("{}:{}: {}", state_->source, first->line, first->message));
}

Result<Document> parse(std::string_view text, std::string source) {
  if (text.size() > kMaxFileBytes)
    return invalid(fmt::format("{}: larger than {} KiB", source, kMaxFileBytes / 1024));
  if (const auto fault = find_text_fault(text))
    return invalid(fmt::format("{}:{}: {}", source, fault->line, fault->what));
  Result<Node> root = parse_tree(text, source);
  if (!root) return tl::unexpected(root.error());
  if (root->kind == Node::Kind::kNull) return invalid(fmt::format("{}: the file is empty", source));
  auto state = std::make_unique<DocumentState>();
  state->source = std::move(source);
  state->root = std::move(*root);
  return Document(std::move(state));
}

Result<Document> load(const std::string& path) {
  const Result<std::string> bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse(*bytes, path);
}

}  // namespace headroom::config
