#include "columns.h"

#include <algorithm>
#include <array>
#include <bit>

#include "bits.h"

namespace headroom::history {
namespace {

constexpr unsigned kRuns = 0, kModes = 4;   // modes 1 to 3 are ways to expect
constexpr unsigned kMostZeros = 24;
constexpr unsigned kMeanOf = 4;             // a running mean over some 2^4 values
constexpr std::uint64_t kMostMean = std::uint64_t{1} << 50;   // so that a column's can be added up

std::int64_t expected(unsigned mode, std::int64_t before, std::int64_t base) {
  return mode == 1 ? before : mode == 2 ? base : wrapping_add(before >> 1, base >> 1);
}

unsigned varint_bits(std::uint64_t v) { return 8 * ((static_cast<unsigned>(std::bit_width(v | 1)) + 6) / 7); }

// The parameter of the next code. The best one has 2^k near .7 of the mean; this is the power of two just above its half.
class Pace {
 public:
  explicit Pace(std::uint64_t mean) : mean_(std::min(mean, kMostMean) << kMeanOf) {}
  unsigned k() const { return static_cast<unsigned>(std::bit_width(mean_ >> (kMeanOf + 1))); }
  void saw(std::uint64_t d) { mean_ += std::min(d, kMostMean) - (mean_ >> kMeanOf); }

 private:
  std::uint64_t mean_;   // times 2^kMeanOf
};

struct Costs {
  std::array<std::uint64_t, kModes> bits{};   // about, of each mode
  std::int64_t base = 0;
};

// Within the values, so that the conversion is defined whatever was added up.
std::int64_t mean_of(std::span<const std::int64_t> values) {
  double sum = 0;
  std::int64_t least = values.front(), most = least;
  for (const std::int64_t v : values) {
    sum += static_cast<double>(v);
    least = std::min(least, v);
    most = std::max(most, v);
  }
  const double mean = sum / static_cast<double>(values.size());
  if (mean <= static_cast<double>(least)) return least;
  return mean >= static_cast<double>(most) ? most : static_cast<std::int64_t>(mean);
}

Costs costs_of(std::span<const std::int64_t> values) {
  Costs costs;
  costs.base = mean_of(values);
  std::int64_t before = 0;
  bool first = true;
  for (const std::int64_t v : values) {
    for (unsigned mode = 1; mode < kModes; ++mode)
      costs.bits[mode] += static_cast<std::uint64_t>(std::bit_width(zigzag(wrapping_sub(v, expected(mode, before, costs.base))))) + 1;
    if (first || v != before) costs.bits[kRuns] += 8 + varint_bits(zigzag(wrapping_sub(v, before)));
    before = v;
    first = false;
  }
  for (unsigned mode = 1; mode < kModes; ++mode) costs.bits[mode] += 8 + (mode == 1 ? 0 : varint_bits(zigzag(costs.base)));
  return costs;
}

void put_runs(std::string& out, std::span<const std::int64_t> values) {
  std::int64_t before = 0;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t run = 1;
    while (i + run < values.size() && values[i + run] == values[i]) ++run;
    put_varint(out, run);
    put_varint(out, zigzag(wrapping_sub(values[i], before)));
    before = values[i];
    i += run;
  }
}

bool read_runs(VarintReader& in, std::span<std::int64_t> values) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < values.size();) {
    const std::uint64_t run = in.next();
    value = wrapping_add(value, unzigzag(in.next()));
    if (!in.ok() || run == 0 || run > values.size() - i) return false;
    std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(i), run, value);
    i += run;
  }
  return true;
}

void put_codes(std::string& out, std::span<const std::int64_t> values, unsigned mode, std::int64_t base) {
  std::uint64_t sum = 0;
  std::int64_t before = base;
  for (const std::int64_t v : values) {
    sum += std::min(zigzag(wrapping_sub(v, expected(mode, before, base))), kMostMean);
    before = v;
  }
  const std::uint64_t mean = sum / values.size();
  put_varint(out, zigzag(base));
  put_varint(out, mean);
  Pace pace(mean);
  BitWriter bits(out);
  before = base;
  for (const std::int64_t v : values) {
    const std::uint64_t d = zigzag(wrapping_sub(v, expected(mode, before, base)));
    const unsigned k = pace.k();
    const std::uint64_t zeros = d >> k;
    if (zeros < kMostZeros) {
      bits.put(std::uint64_t{1} << zeros, static_cast<unsigned>(zeros) + 1);
      bits.put(d & ((std::uint64_t{1} << k) - 1), k);
    } else {
      bits.put(0, kMostZeros);
      bits.put(d, 64);
    }
    pace.saw(d);
    before = v;
  }
  bits.finish();
}

bool read_codes(VarintReader& in, std::span<std::int64_t> values, unsigned mode) {
  const std::int64_t base = unzigzag(in.next());
  Pace pace(in.next());
  if (!in.ok()) return false;
  BitReader bits(in.rest());
  std::int64_t before = base;
  for (std::int64_t& v : values) {
    const unsigned k = pace.k(), zeros = bits.take_zeros(kMostZeros);
    const std::uint64_t d = zeros < kMostZeros ? std::uint64_t{zeros} << k | bits.take(k) : bits.take(64);
    if (!bits.ok()) return false;
    v = before = wrapping_add(expected(mode, before, base), unzigzag(d));
    pace.saw(d);
  }
  in.bytes(bits.used());
  return in.ok();
}

}  // namespace

void put_column(std::string& out, std::span<const std::int64_t> values) {
  if (values.empty()) return;
  const bool constant = std::all_of(values.begin(), values.end(), [&](std::int64_t v) { return v == values.front(); });
  const Costs costs = constant ? Costs{} : costs_of(values);   // of equal costs the runs are the first
  const auto mode = static_cast<unsigned>(std::min_element(costs.bits.begin(), costs.bits.end()) - costs.bits.begin());
  out.push_back(static_cast<char>(mode));
  if (mode == kRuns) put_runs(out, values);
  else put_codes(out, values, mode, mode == 1 ? values.front() : costs.base);
}

bool read_column(VarintReader& in, std::span<std::int64_t> values) {
  if (values.empty()) return true;
  const std::string_view mode = in.bytes(1);
  if (mode.empty()) return false;
  const auto m = static_cast<unsigned char>(mode.front());
  if (m >= kModes) return false;
  return m == kRuns ? read_runs(in, values) : read_codes(in, values, m);
}

}  // namespace headroom::history
