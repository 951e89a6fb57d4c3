#include "headroom/config/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace headroom::config {
namespace {

struct NumberAndUnit {
  double number = 0;
  std::string_view unit;  // what follows the number, blanks between removed
};

// Finite decimal numbers only: "inf", "nan" and hexadecimal are not amounts of anything.
std::optional<NumberAndUnit> split(std::string_view text) {
  const char* const last = text.data() + text.size();
  const std::size_t digit = text.starts_with('-') ? 1 : 0;
  if (digit >= text.size() || !(text[digit] == '.' || (text[digit] >= '0' && text[digit] <= '9'))) return std::nullopt;
  NumberAndUnit parts;
  const auto [end, error] = std::from_chars(text.data(), last, parts.number);
  if (error != std::errc() || !std::isfinite(parts.number)) return std::nullopt;
  parts.unit = std::string_view(end, static_cast<std::size_t>(last - end));
  while (parts.unit.starts_with(' ')) parts.unit.remove_prefix(1);
  return parts;
}

// "must be above 0 % and at most 1000 %"; `scale` and `unit` are those the value was written in.
std::string range_words(const Bounds& b, double scale, std::string_view unit) {
  const auto shown = [&](double x) { return fmt::format("{:.10g}{}", x * scale, unit); };
  std::string words = "must be ";
  if (std::isfinite(b.low)) words += (b.low_excluded ? "above " : "at least ") + shown(b.low);
  if (std::isfinite(b.low) && std::isfinite(b.high)) words += " and ";
  if (std::isfinite(b.high)) words += (b.high_excluded ? "below " : "at most ") + shown(b.high);
  return words;
}

struct Unit {
  std::string_view name;
  double factor = 1;  // base units in one of it
};
constexpr double kKi = 1024;
constexpr std::array kCpuUnits{Unit{"cores", 1000},    Unit{"core", 1000},  Unit{"vCPU", 1000},     Unit{"vCPUs", 1000},
                               Unit{"mcores", 1},      Unit{"mcore", 1},    Unit{"millicores", 1}};
constexpr std::array kMemoryUnits{Unit{"GiB", kKi* kKi* kKi},      Unit{"MiB", kKi* kKi}, Unit{"KiB", kKi},
                                  Unit{"TiB", kKi* kKi* kKi* kKi}, Unit{"B", 1},          Unit{"kB", 1e3},
                                  Unit{"MB", 1e6},                 Unit{"GB", 1e9},       Unit{"TB", 1e12}};
constexpr std::array kRateUnits{Unit{"MB/s", 1e6},         Unit{"GB/s", 1e9},      Unit{"kB/s", 1e3},
                                Unit{"B/s", 1},            Unit{"KiB/s", kKi},     Unit{"MiB/s", kKi* kKi},
                                Unit{"GiB/s", kKi* kKi* kKi}, Unit{"kbit/s", 125}, Unit{"Mbit/s", 125e3},
                                Unit{"Gbit/s", 125e6}};

std::span<const Unit> units_of(Resource r) {
  switch (r) {
    case Resource::kCpu: return kCpuUnits;
    case Resource::kMemory: return kMemoryUnits;
    case Resource::kDisk:
    case Resource::kNetwork: return kRateUnits;
  }
  return {};
}

std::string_view amount_example(Resource r) {
  switch (r) {
    case Resource::kCpu: return "write 4 cores or 500 mcores";
    case Resource::kMemory: return "write 16 GiB or 256 MiB";
    case Resource::kDisk:
    case Resource::kNetwork: return "write 100 MB/s or 1 Gbit/s";
  }
  return "";
}

tl::unexpected<Error> not_an_amount(Resource r, std::string_view given, std::string_view unit) {
  if (unit.empty()) return invalid(fmt::format("{} has no unit; {}", in_quotes(given), amount_example(r)));
  std::vector<std::string_view> names;
  for (const Unit& u : units_of(r)) names.push_back(u.name);
  return invalid(fmt::format("{} is not a unit of {}; {}{}", in_quotes(unit), name(r), amount_example(r),
                             did_you_mean(unit, names)));
}

}  // namespace

Format<std::string> text(std::size_t max_bytes) {
  return [max_bytes](std::string_view given) -> Result<std::string> {
    if (given.empty()) return invalid("must not be empty");
    if (given.size() > max_bytes)
      return invalid(fmt::format("{} is longer than {} bytes", in_quotes(given), max_bytes));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    if (std::any_of(given.begin(), given.end(), is_control))
      return invalid(fmt::format("{} must be one line of text", in_quotes(given)));
    return std::string(given);
  };
}

Format<bool> boolean() { return one_of<bool>({{"true", true}, {"false", false}}); }

Format<std::int64_t> integer(std::int64_t low, std::int64_t high) {
  return [low, high](std::string_view given) -> Result<std::int64_t> {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error == std::errc::invalid_argument || end != given.data() + given.size())
      return invalid(fmt::format("{} is not a whole number", in_quotes(given)));
    if (error != std::errc() || value < low || value > high)
      return invalid(fmt::format("{} must be at least {} and at most {}", in_quotes(given), low, high));
    return value;
  };
}

Format<double> number(Bounds bounds) { return number_in("", bounds); }

Format<double> number_in(std::string unit, Bounds bounds) {
  return [unit = std::move(unit), bounds](std::string_view given) -> Result<double> {
    const auto parts = split(given);
    if (!parts && unit.empty()) return invalid(fmt::format("{} is not a number", in_quotes(given)));
    if (!parts) return invalid(fmt::format("{} is not a number of {}", in_quotes(given), unit));
    if (!parts->unit.empty() && unit.empty()) return invalid(fmt::format("{} is not a number", in_quotes(given)));
    if (!parts->unit.empty() && parts->unit != unit)
      return invalid(fmt::format("{} is not in {}; write {:.10g} {} or convert it", in_quotes(given), unit,
                                 parts->number, unit));
    if (!bounds.contains(parts->number))
      return invalid(fmt::format("{} {}", in_quotes(given), range_words(bounds, 1, unit.empty() ? "" : " " + unit)));
    return parts->number;
  };
}

Format<double> percent(Bounds bounds) {
  return [bounds](std::string_view given) -> Result<double> {
    const auto parts = split(given);
    if (!parts || (!parts->unit.empty() && parts->unit != "%"))
      return invalid(fmt::format("{} is not a share; write 80 % or 0.8", in_quotes(given)));
    const bool has_sign = !parts->unit.empty();
    const double share = has_sign ? parts->number / 100 : parts->number;
    if (bounds.contains(share)) return share;
    std::string message = fmt::format("{} {}", in_quotes(given), range_words(bounds, 100, " %"));
    // "80" is read as 8000 %: far more likely a forgotten sign than a wish.
    if (!has_sign && share > 1 && bounds.contains(share / 100)) message += fmt::format("; did you mean '{} %'?", given);
    return invalid(std::move(message));
  };
}

Format<double> usd_per_hour() { return number_in("USD/h", between(0, 1e6)); }

Format<Duration> duration(Duration low, Duration high) {
  return [low, high](std::string_view given) -> Result<Duration> {
    const Result<Duration> value = parse_duration(given);
    if (!value) return invalid(fmt::format("{} is not a duration; write 30s, 5m, 1h or 7d", in_quotes(given)));
    if (*value < low || *value > high)
      return invalid(fmt::format("{} must be at least {} and at most {}", in_quotes(given), to_text(low),
                                 to_text(high)));
    return *value;
  };
}

Format<Instant> instant() {
  return [](std::string_view given) -> Result<Instant> {
    if (Result<Instant> value = parse_instant(given)) return value;
    return invalid(fmt::format("{} is not a time; write 2013-08-02T00:00:00Z or 2013-08-02", in_quotes(given)));
  };
}

Format<Resource> resource() {
  return [](std::string_view given) -> Result<Resource> {
    if (const auto r = parse_resource(given)) return *r;
    std::vector<std::string_view> names;
    for (Resource r : kAllResources) names.push_back(name(r));
    return invalid(not_one_of(given, names));
  };
}

Format<std::int64_t> amount(Resource r, std::int64_t low, std::int64_t high) {
  return [r, low, high](std::string_view given) -> Result<std::int64_t> {
    const auto parts = split(given);
    if (!parts)
      return invalid(fmt::format("{} is not an amount of {}; {}", in_quotes(given), name(r), amount_example(r)));
    for (const Unit& unit : units_of(r)) {
      if (unit.name != parts->unit) continue;
      // Checked as a double first: a huge number must not reach the conversion, which would be undefined.
      const double base = std::round(parts->number * unit.factor);
      if (!between(static_cast<double>(low), static_cast<double>(high)).contains(base))
        return invalid(fmt::format("{} must be at least {} and at most {}", in_quotes(given),
                                   to_text(r, static_cast<double>(low)), to_text(r, static_cast<double>(high))));
      return static_cast<std::int64_t>(base);
    }
    return not_an_amount(r, given, parts->unit);
  };
}

}  // namespace headroom::config
