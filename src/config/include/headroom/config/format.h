// How one value of a configuration file is written. Each function returns a format: a callable that turns the text
// into a value of a named unit or into an error that says what to write instead ("'4' has no unit; write 4 cores
// or 500 mcores"). The Section (section.h) adds file, line and key. Formats are values, free of state, thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"
#include "headroom/config/nearest.h"
#include "headroom/model/resources.h"

namespace headroom::config {

template <class T>
using Format = std::function<Result<T>(std::string_view)>;

// The range of a number: at_least(0), above(0).at_most(10), inside(0, 1) with both ends excluded.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false;
  bool high_excluded = false;

  Bounds at_most(double x) const { return {low, x, low_excluded, false}; }
  Bounds below(double x) const { return {low, x, low_excluded, true}; }
  bool contains(double x) const {  // false for NaN
    return (low_excluded ? x > low : x >= low) && (high_excluded ? x < high : x <= high);
  }
};
inline Bounds at_least(double x) { return Bounds{.low = x}; }
inline Bounds above(double x) { return Bounds{.low = x, .low_excluded = true}; }
inline Bounds between(double a, double b) { return Bounds{.low = a, .high = b}; }
inline Bounds inside(double a, double b) { return Bounds{a, b, true, true}; }

Format<std::string> text(std::size_t max_bytes = 200);                  // not empty, one line
Format<bool> boolean();                                                 // true, false
Format<std::int64_t> integer(std::int64_t low, std::int64_t high);
Format<double> number(Bounds bounds = {});
// A share: "80 %" or "0.8". Bounds are shares too.
Format<double> percent(Bounds bounds = {});
// A number with one fixed unit that may be left out: "93 W" or "93"; "0.38 USD/h" or "0.38".
Format<double> number_in(std::string unit, Bounds bounds = {});
Format<double> usd_per_hour();                                          // 0 to a million
Format<Duration> duration(Duration low = Duration(0), Duration high = std::chrono::days(3660));
Format<Instant> instant();
Format<Resource> resource();
// An amount in base units (resources.h). The unit must be written: "0.25 vCPU", "500 mcores", "16 GiB", "100 MB/s",
// "1 Gbit/s". Bounds in base units.
Format<std::int64_t> amount(Resource r, std::int64_t low = 1, std::int64_t high = 1'000'000'000'000'000);

// One word of a list: one_of<RuleAction>({{"grow", RuleAction::kGrow}, ...}).
template <class T>
Format<T> one_of(std::vector<std::pair<std::string, T>> words) {
  return [words = std::move(words)](std::string_view given) -> Result<T> {
    std::vector<std::string_view> names;
    for (const auto& [word, value] : words) {
      if (word == given) return value;
      names.push_back(word);
    }
    return invalid(not_one_of(given, names));
  };
}

}  // namespace headroom::config
