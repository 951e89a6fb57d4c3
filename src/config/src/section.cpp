#include "headroom/config/section.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/config/nearest.h"
#include "state.h"

namespace headroom::config {

void SectionState::ask(std::string_view key) {
  if (std::find(asked.begin(), asked.end(), key) == asked.end()) asked.emplace_back(key);
}

void SectionState::find_unread(std::vector<Finding>& into) const {
  if (map == nullptr) return;
  const std::vector<std::string_view> known(asked.begin(), asked.end());
  for (const Entry& e : map->entries) {
    if (std::find(known.begin(), known.end(), e.key) != known.end()) continue;
    into.push_back({e.line, fmt::format("unknown key {} in {}{}", in_quotes(e.key), what, did_you_mean(e.key, known))});
    return;  // and the missing keys stay unsaid: the misspelt one is most likely one of them
  }
  if (!missing.empty()) into.push_back({map->line, fmt::format("{} has no key '{}'", what, missing.front())});
}

SectionState* DocumentState::add_section(const Node* map, std::string what) {
  sections.push_back({this, map, std::move(what), {}, {}});
  return &sections.back();
}

std::string_view kind_words(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull: return "nothing";
    case Node::Kind::kScalar: return "one value";
    case Node::Kind::kList: return "a list";
    case Node::Kind::kMap: return "a map";
  }
  return "";
}

namespace {

void wrong_kind(SectionState& s, const Entry& e, std::string_view wanted) {
  s.document->report(e.line, fmt::format("'{}' in {} must be {}, but is {}", e.key, s.what, wanted,
                                         kind_words(e.value)));
}

const Entry* ask_for(SectionState& s, std::string_view key, bool is_required) {
  if (s.map == nullptr) return nullptr;
  s.ask(key);
  const Entry* entry = find(*s.map, key);
  if (entry == nullptr && is_required) s.missing.emplace_back(key);
  return entry;
}

std::string list_item_name(const Node& item, std::string_view noun, std::size_t number) {
  const Entry* name = item.kind == Node::Kind::kMap ? find(item, "name") : nullptr;
  if (name == nullptr || name->value.kind != Node::Kind::kScalar || name->value.text.empty())
    return fmt::format("{} {}", noun, number);
  return fmt::format("{} {}", noun, in_quotes(name->value.text));
}

}  // namespace

std::optional<Section::Scalar> Section::scalar(std::string_view key, bool is_required) {
  const Entry* entry = ask_for(*state_, key, is_required);
  if (entry == nullptr) return std::nullopt;
  if (entry->value.kind == Node::Kind::kScalar) return Scalar{entry->value.text, entry->value.line};
  wrong_kind(*state_, *entry, "one value");
  return std::nullopt;
}

std::vector<Section::Scalar> Section::scalars(std::string_view key) {
  const Entry* entry = ask_for(*state_, key, false);
  std::vector<Scalar> found;
  if (entry == nullptr) return found;
  if (entry->value.kind != Node::Kind::kList || entry->value.items.empty()) {
    wrong_kind(*state_, *entry, "a list of at least one value");
    return found;
  }
  for (const Node& item : entry->value.items) {
    if (item.kind == Node::Kind::kScalar)
      found.push_back({item.text, item.line});
    else
      state_->document->report(item.line, fmt::format("'{}' in {} must be a list of single values", key, state_->what));
  }
  return found;
}

Section Section::section(std::string_view key) {
  if (auto found = optional_section(key)) return *found;
  if (state_->map != nullptr && !has(key)) state_->missing.emplace_back(key);
  return Section(state_->document->add_section(nullptr, std::string(key)));
}

std::optional<Section> Section::optional_section(std::string_view key) {
  const Entry* entry = ask_for(*state_, key, false);
  if (entry == nullptr) return std::nullopt;
  if (entry->value.kind != Node::Kind::kMap) {
    wrong_kind(*state_, *entry, "a map");
    return std::nullopt;
  }
  return Section(state_->document->add_section(&entry->value, fmt::format("{} of {}", key, state_->what)));
}

std::vector<Section> Section::sections(std::string_view key, std::string_view noun) {
  const Entry* entry = ask_for(*state_, key, true);
  std::vector<Section> found;
  if (entry == nullptr) return found;
  if (entry->value.kind != Node::Kind::kList || entry->value.items.empty()) {
    wrong_kind(*state_, *entry, "a list of at least one map");
    return found;
  }
  for (const Node& item : entry->value.items) {
    const std::string label = list_item_name(item, noun, found.size() + 1);
    if (item.kind != Node::Kind::kMap)
      state_->document->report(item.line, fmt::format("{} must be a map, but is {}", label, kind_words(item)));
    found.push_back(
        Section(state_->document->add_section(item.kind == Node::Kind::kMap ? &item : nullptr, label)));
  }
  return found;
}

std::vector<std::pair<std::string, Section>> Section::named_sections(std::string_view key, std::string_view noun) {
  const Entry* entry = ask_for(*state_, key, false);
  std::vector<std::pair<std::string, Section>> found;
  if (entry == nullptr) return found;
  if (entry->value.kind != Node::Kind::kMap) {
    wrong_kind(*state_, *entry, "a map of maps");
    return found;
  }
  for (const Entry& e : entry->value.entries) {
    const std::string label = fmt::format("{} {}", noun, in_quotes(e.key));
    const bool is_map = e.value.kind == Node::Kind::kMap;
    if (!is_map)
      state_->document->report(e.line, fmt::format("{} must be a map, but is {}", label, kind_words(e.value)));
    found.emplace_back(e.key, Section(state_->document->add_section(is_map ? &e.value : nullptr, label)));
  }
  return found;
}

bool Section::has(std::string_view key) const { return state_->map != nullptr && find(*state_->map, key) != nullptr; }
const std::string& Section::what() const { return state_->what; }
int Section::line() const { return state_->map == nullptr ? 0 : state_->map->line; }

int Section::line_of(std::string_view key) const {
  const Entry* entry = state_->map == nullptr ? nullptr : find(*state_->map, key);
  return entry == nullptr ? line() : entry->line;
}

void Section::reject(std::string_view key, const std::string& message) {
  if (state_->map != nullptr) state_->document->report(line_of(key), fmt::format("{}: {}", state_->what, message));
}

void Section::bad_value(const Scalar& at, std::string_view key, const Error& error) {
  state_->document->report(at.line, fmt::format("'{}' in {}: {}", key, state_->what, error.message));
}

}  // namespace headroom::config
