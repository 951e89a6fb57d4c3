// One map of a configuration file. See document.h for how it is used; formats (percent, duration, ...) are in
// format.h, and any callable Result<T>(std::string_view) is a format.
//
// A Section is a handle: copying it is cheap and both copies are the same map. One that stands for a missing or
// wrong map reads nothing and adds no further errors, so call sites need no checks of their own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::config {

struct DocumentState;
struct SectionState;

class Section {
 public:
  // Reads `key` through `format`. A destination of type std::optional<T> works as well.
  template <class T, class Format>
  void required(std::string_view key, T& into, const Format& format) {
    if (const auto found = scalar(key, true)) store(*found, key, into, format);
  }
  template <class T, class Format>
  void optional(std::string_view key, T& into, const Format& format) {
    if (const auto found = scalar(key, false)) store(*found, key, into, format);
  }

  // A list of values, "[5m, 15m]". Replaces what `into` holds. An absent list leaves it alone; an empty one is an
  // error, since it is nearly always a slip.
  template <class T, class Format>
  void list(std::string_view key, std::vector<T>& into, const Format& format) {
    const auto found = scalars(key);
    if (found.empty()) return;
    into.clear();
    for (const Scalar& item : found) {
      T value{};
      store(item, key, value, format);
      into.push_back(std::move(value));
    }
  }

  // The map under `key`; named "limits of rule 'a'" in messages.
  Section section(std::string_view key);                           // missing is an error
  std::optional<Section> optional_section(std::string_view key);
  // A list of maps, at least one. Each is named by its key `name` where it has one: "rule 'grow-cpu'", else "rule 3".
  std::vector<Section> sections(std::string_view key, std::string_view noun);
  // A map of maps: {standard-16: {...}, ...} with their keys; absent: none. Named "host type 'standard-16'".
  std::vector<std::pair<std::string, Section>> named_sections(std::string_view key, std::string_view noun);

  bool has(std::string_view key) const;
  const std::string& what() const;               // "rule 'grow-cpu'"
  int line() const;                              // of its first key; 0 for a missing map
  int line_of(std::string_view key) const;       // of the key; the section's own line when absent

  // For checks that the caller makes: an error at `key`, "x.yaml:12: rule 'a': <message>".
  void reject(std::string_view key, const std::string& message);

 private:
  friend class Document;
  struct Scalar {
    std::string_view text;
    int line = 0;
  };
  explicit Section(SectionState* state) : state_(state) {}
  std::optional<Scalar> scalar(std::string_view key, bool is_required);
  std::vector<Scalar> scalars(std::string_view key);
  void bad_value(const Scalar& at, std::string_view key, const Error& error);

  template <class T, class Format>
  void store(const Scalar& from, std::string_view key, T& into, const Format& format) {
    auto value = format(from.text);
    if (value) into = std::move(*value);
    else bad_value(from, key, value.error());
  }

  SectionState* state_;  // owned by the Document
};

}  // namespace headroom::config
