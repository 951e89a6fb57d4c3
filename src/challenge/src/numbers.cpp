#include "numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace headroom::challenge {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// What is there, fit for a message.
std::string shown(std::string_view text) {
  std::string word(text.substr(0, std::min<std::size_t>(text.find_first_of(kSpace), 20)));
  for (char& c : word)
    if (c < ' ' || c > '~') c = '?';
  return word;
}

}  // namespace

void Numbers::skip_space() {
  at_ = std::min(text_.size(), text_.find_first_not_of(kSpace, at_));
}

void Numbers::fail(const What& what, const std::string& why) {
  if (!ok()) return;
  const auto line = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n') + 1;
  const std::string name = what.of == nullptr ? what.name : fmt::format("{} of {} {}", what.name, what.of, what.number);
  error_ = fmt::format("{}:{}: {} {}", file_, line, name, why);
}

std::int64_t Numbers::next(What what, std::int64_t least, std::int64_t most) {
  if (!ok()) return least;
  skip_space();
  const std::string_view rest = text_.substr(at_);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  const bool whole = end == rest.data() + rest.size() || kSpace.find(*end) != std::string_view::npos;
  if (rest.empty()) fail(what, "is missing: the file ends early; give the whole file");
  else if (error == std::errc::result_out_of_range)
    fail(what, fmt::format("is '{}', absurdly large; at most {}", shown(rest), most));
  else if (error != std::errc() || !whole) fail(what, fmt::format("is '{}'; a whole number is wanted", shown(rest)));
  else if (value < least || value > most) fail(what, fmt::format("is {}; it must be {} to {}", value, least, most));
  if (!ok()) return least;
  at_ += static_cast<std::size_t>(end - rest.data());
  return value;
}

std::size_t Numbers::count(What what, std::size_t numbers) {
  skip_space();
  const std::size_t before = at_;
  const auto value = static_cast<std::size_t>(next(what));
  if (!ok()) return 0;
  // A number takes a digit and a space.
  if (numbers != 0 && value > (text_.size() - at_ + 1) / 2 / numbers) {
    at_ = before;
    fail(what, fmt::format("is {}, more than the file has numbers for; it is cut short, or no such file", value));
    return 0;
  }
  return value;
}

void Numbers::end() {
  if (!ok()) return;
  skip_space();
  if (at_ < text_.size())
    fail({"the file"}, fmt::format("goes on with '{}' where it should end; is it the right file?", shown(text_.substr(at_))));
}

}  // namespace headroom::challenge
