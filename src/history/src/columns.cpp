#include "columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <vector>

#include "bits.h"

namespace headroom::history {
namespace {

constexpr unsigned kRuns = 0, kPacked = 4, kRanked = 5, kWays = 6;   // 1 to 3 are ways to expect
constexpr unsigned kExpected = 1, kExpectedEnd = 4;
constexpr unsigned kMostZeros = 24;
constexpr unsigned kMeanOf = 4;             // a running mean over some 2^4 values
constexpr std::uint64_t kMostMean = std::uint64_t{1} << 50;   // so that a column's can be added up

std::int64_t expected(unsigned way, std::int64_t before, std::int64_t base) {
  return way == 1 ? before : way == 2 ? base : wrapping_add(before >> 1, base >> 1);
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
  std::array<std::uint64_t, kWays> bits{};   // about, of each way
  std::int64_t base = 0, least = 0;
  unsigned width = 0;   // of what is above the least
};

void set_levels(Costs& costs, std::span<const std::int64_t> values) {
  double sum = 0;
  std::int64_t most = values.front();
  costs.least = most;
  for (const std::int64_t v : values) {
    sum += static_cast<double>(v);
    costs.least = std::min(costs.least, v);
    most = std::max(most, v);
  }
  costs.width = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(wrapping_sub(most, costs.least))));
  // Within the values, so that the conversion is defined whatever was added up.
  const double mean = sum / static_cast<double>(values.size());
  costs.base = mean <= static_cast<double>(costs.least) ? costs.least : mean >= static_cast<double>(most) ? most : static_cast<std::int64_t>(mean);
}

// Whether sorting them would show that no more than half of them are different: a guess, by how many of 256 places they fall on.
bool few_different(std::span<const std::int64_t> values) {
  std::array<std::uint64_t, 4> seen{};
  for (const std::int64_t v : values) {
    const std::uint64_t place = (static_cast<std::uint64_t>(v) * 0x9e3779b97f4a7c15) >> 56;
    seen[place >> 6] |= std::uint64_t{1} << (place & 63);
  }
  std::size_t places = 0;
  for (const std::uint64_t word : seen) places += static_cast<std::size_t>(std::popcount(word));
  return 2 * places <= std::min<std::size_t>(values.size(), 256);
}

Costs costs_of(std::span<const std::int64_t> values) {
  Costs costs;
  set_levels(costs, values);
  std::int64_t before = 0;
  bool first = true;
  for (const std::int64_t v : values) {
    for (unsigned way = kExpected; way < kExpectedEnd; ++way)
      costs.bits[way] += static_cast<std::uint64_t>(std::bit_width(zigzag(wrapping_sub(v, expected(way, before, costs.base))))) + 1;
    if (first || v != before) costs.bits[kRuns] += 8 + varint_bits(zigzag(wrapping_sub(v, before)));
    before = v;
    first = false;
  }
  for (unsigned way = kExpected; way < kExpectedEnd; ++way) costs.bits[way] += 8 + (way == 1 ? 0 : varint_bits(zigzag(costs.base)));
  costs.bits[kPacked] = 8 + varint_bits(zigzag(costs.least)) + std::uint64_t{costs.width} * values.size();
  costs.bits[kRanked] = std::numeric_limits<std::uint64_t>::max();
  return costs;
}

// `values` in order, each once; empty where that is not worth while. About what that way costs, in bits.
std::vector<std::int64_t> different(std::span<const std::int64_t> values, std::uint64_t best_bits, std::uint64_t& bits) {
  constexpr std::uint64_t kWorthWhile = 8;   // bits a value
  std::vector<std::int64_t> all;
  if (best_bits < kWorthWhile * values.size() || !few_different(values)) return all;
  all.assign(values.begin(), values.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  bits = 64 + values.size() * static_cast<std::uint64_t>(std::bit_width(all.size() - 1));
  for (std::size_t i = 1; i < all.size(); ++i) bits += static_cast<std::uint64_t>(std::bit_width(static_cast<std::uint64_t>(wrapping_sub(all[i], all[i - 1])))) + 1;
  return all;
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

void put_codes(std::string& out, std::span<const std::int64_t> values, unsigned way, std::int64_t base) {
  std::uint64_t sum = 0;
  std::int64_t before = base;
  for (const std::int64_t v : values) {
    sum += std::min(zigzag(wrapping_sub(v, expected(way, before, base))), kMostMean);
    before = v;
  }
  const std::uint64_t mean = sum / values.size();
  put_varint(out, zigzag(base));
  put_varint(out, mean);
  Pace pace(mean);
  BitWriter bits(out);
  before = base;
  for (const std::int64_t v : values) {
    const std::uint64_t d = zigzag(wrapping_sub(v, expected(way, before, base)));
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

bool read_codes(VarintReader& in, std::span<std::int64_t> values, unsigned way) {
  const std::int64_t base = unzigzag(in.next());
  Pace pace(in.next());
  if (!in.ok()) return false;
  BitReader bits(in.rest());
  std::int64_t before = base;
  for (std::int64_t& v : values) {
    const unsigned k = pace.k(), zeros = bits.take_zeros(kMostZeros);
    const std::uint64_t d = zeros < kMostZeros ? std::uint64_t{zeros} << k | bits.take(k) : bits.take(64);
    if (!bits.ok()) return false;
    v = before = wrapping_add(expected(way, before, base), unzigzag(d));
    pace.saw(d);
  }
  in.bytes(bits.used());
  return in.ok();
}

void put_packed(std::string& out, std::span<const std::int64_t> values, const Costs& costs) {
  put_varint(out, zigzag(costs.least));
  out.push_back(static_cast<char>(costs.width));
  BitWriter bits(out);
  for (const std::int64_t v : values) bits.put(static_cast<std::uint64_t>(wrapping_sub(v, costs.least)), costs.width);
  bits.finish();
}

bool read_packed(VarintReader& in, std::span<std::int64_t> values) {
  constexpr unsigned kWord = 64;
  const std::int64_t least = unzigzag(in.next());
  const std::string_view width = in.bytes(1);
  if (width.empty() || static_cast<unsigned char>(width.front()) > kWord) return false;
  BitReader bits(in.rest());
  for (std::int64_t& v : values) v = wrapping_add(least, static_cast<std::int64_t>(bits.take(static_cast<unsigned char>(width.front()))));
  in.bytes(bits.used());
  return bits.ok() && in.ok();
}

void put_any(std::string& out, std::span<const std::int64_t> values, bool may_rank);

void put_ranked(std::string& out, std::span<const std::int64_t> values, std::vector<std::int64_t>& all) {
  std::vector<std::int64_t> places;
  places.reserve(values.size());
  for (const std::int64_t v : values) places.push_back(std::lower_bound(all.begin(), all.end(), v) - all.begin());
  for (std::size_t i = all.size() - 1; i > 0; --i) all[i] = wrapping_sub(all[i], all[i - 1]);
  put_varint(out, all.size());
  put_varint(out, zigzag(all.front()));
  put_any(out, std::span<const std::int64_t>(all).subspan(1), false);   // there are two at least
  put_any(out, places, false);
}

bool read_any(VarintReader& in, std::span<std::int64_t> values, bool may_rank);

bool read_ranked(VarintReader& in, std::span<std::int64_t> values) {
  const std::uint64_t count = in.next();
  if (!in.ok() || count < 2 || count > values.size()) return false;
  std::vector<std::int64_t> all(count);
  all.front() = unzigzag(in.next());
  if (!read_any(in, std::span(all).subspan(1), false) || !read_any(in, values, false)) return false;
  for (std::size_t i = 1; i < all.size(); ++i) all[i] = wrapping_add(all[i], all[i - 1]);
  for (std::int64_t& v : values) {
    if (static_cast<std::uint64_t>(v) >= count) return false;
    v = all[static_cast<std::size_t>(v)];
  }
  return true;
}

void put_any(std::string& out, std::span<const std::int64_t> values, bool may_rank) {
  const bool constant = std::all_of(values.begin(), values.end(), [&](std::int64_t v) { return v == values.front(); });
  Costs costs = constant ? Costs{} : costs_of(values);   // of equal costs the runs are the first
  std::vector<std::int64_t> all;
  if (may_rank && !constant) all = different(values, *std::min_element(costs.bits.begin(), costs.bits.end()), costs.bits[kRanked]);
  const auto way = static_cast<unsigned>(std::min_element(costs.bits.begin(), costs.bits.end()) - costs.bits.begin());
  out.push_back(static_cast<char>(way));
  if (way == kRuns) return put_runs(out, values);
  if (way == kPacked) return put_packed(out, values, costs);
  if (way == kRanked) return put_ranked(out, values, all);
  put_codes(out, values, way, way == 1 ? values.front() : costs.base);
}

bool read_any(VarintReader& in, std::span<std::int64_t> values, bool may_rank) {
  const std::string_view first = in.bytes(1);
  if (first.empty()) return false;
  const auto way = static_cast<unsigned char>(first.front());
  if (way >= kWays || (way == kRanked && !may_rank)) return false;
  if (way == kRuns) return read_runs(in, values);
  if (way == kPacked) return read_packed(in, values);
  if (way == kRanked) return read_ranked(in, values);
  return read_codes(in, values, way);
}

}  // namespace

void put_column(std::string& out, std::span<const std::int64_t> values) {
  if (!values.empty()) put_any(out, values, true);
}

bool read_column(VarintReader& in, std::span<std::int64_t> values) { return values.empty() || read_any(in, values, true); }

}  // namespace headroom::history
