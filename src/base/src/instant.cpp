#include "headroom/base/instant.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "headroom/base/one_line.h"

namespace headroom {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

std::optional<int> fixed_digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// ".250": one to nine digits; what is finer than a millisecond is dropped.
std::optional<Duration> parse_fraction(std::string_view text) {
  if (text.empty()) return Duration{};
  if (text[0] != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
  int ms = 0;
  for (std::size_t i = 1; i < std::max<std::size_t>(text.size(), 4); ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    if (i <= 3) ms = ms * 10 + (c - '0');
  }
  return Duration(ms);
}

std::optional<Instant> parse_date_time(std::string_view text) {
  const auto year = fixed_digits(text, 0, 4), month = fixed_digits(text, 5, 2), day = fixed_digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const Instant midnight{sys_days(date)};
  if (text.size() == 10) return midnight;
  const auto h = fixed_digits(text, 11, 2), m = fixed_digits(text, 14, 2), s = fixed_digits(text, 17, 2);
  if (text.size() < 20 || !h || !m || !s || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z')
    return std::nullopt;
  const auto fraction = parse_fraction(text.substr(19, text.size() - 20));
  if (*h > 23 || *m > 59 || *s > 59 || !fraction) return std::nullopt;
  return midnight + std::chrono::hours(*h) + std::chrono::minutes(*m) + std::chrono::seconds(*s) + *fraction;
}

constexpr std::int64_t kYear2200 = 7'258'118'400;

// What RFC 3339 can write; Instant::min() and max() lie far outside.
constexpr Instant kFirstWritten{sys_days(std::chrono::year(0) / 1 / 1)};
constexpr Instant kLastWritten = Instant(sys_days(std::chrono::year(9999) / 12 / 31)) + days(1) - Duration(1);

}  // namespace

std::string to_rfc3339(Instant t) {
  t = std::clamp(t, kFirstWritten, kLastWritten);
  const auto day = std::chrono::floor<days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                                 unsigned(date.day()), time.hours().count(), time.minutes().count(),
                                 time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:03}", time.subseconds().count());
  return text + "Z";
}

Result<Instant> parse_instant(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (ec == std::errc() && end == text.data() + text.size()) {
    if (seconds < 0 || seconds > kYear2200)
      return invalid(fmt::format("'{}' is not a time between 1970 and 2200, in seconds since 1970", one_line(text)));
    return instant_from_epoch_seconds(seconds);
  }
  if (const auto t = text.size() >= 10 ? parse_date_time(text) : std::nullopt) {
    if (*t < Instant{} || *t > instant_from_epoch_seconds(kYear2200))
      return invalid(fmt::format("'{}' is not a time between 1970 and 2200", one_line(text)));
    return *t;
  }
  return invalid(fmt::format("'{}' is not a time; write 2013-08-02T00:00:00Z, 2013-08-02, or seconds since 1970", one_line(text)));
}

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const last = text.data() + text.size();
  const auto [end, ec] = std::from_chars(text.data(), last, count);
  const std::string_view unit(end, static_cast<std::size_t>(last - end));
  std::int64_t unit_ms = 0;
  if (unit == "ms") unit_ms = 1;
  if (unit.empty() || unit == "s") unit_ms = 1000;
  if (unit == "m" || unit == "min") unit_ms = 60'000;
  if (unit == "h") unit_ms = 3'600'000;
  if (unit == "d") unit_ms = 86'400'000;
  constexpr std::int64_t kCentury_ms = 100LL * 366 * 86'400'000;
  if (ec != std::errc() || unit_ms == 0 || count < 0 || count > kCentury_ms / unit_ms)
    return invalid(fmt::format("'{}' is not a duration; write 30s, 5m, 1h or 7d", one_line(text)));
  return Duration(count * unit_ms);
}

std::string to_text(Duration d) {
  const std::int64_t ms = d.count();
  constexpr std::array<std::pair<std::int64_t, const char*>, 4> kUnits{
      {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}}};
  for (const auto& [size, name] : kUnits)
    if (ms != 0 && ms % size == 0) return fmt::format("{}{}", ms / size, name);
  return ms == 0 ? "0s" : fmt::format("{}ms", ms);
}

}  // namespace headroom
