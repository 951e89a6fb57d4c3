#include "chunk.h"

#include <zlib.h>

#include <algorithm>
#include <numeric>

#include "chunk_v1.h"
#include "columns.h"
#include "headroom/base/check.h"
#include "varint.h"

namespace headroom::history {
namespace {

constexpr char kFirstVersion = 1, kVersion = 2;
constexpr std::size_t kHead = 1 + 4;  // version and checksum

std::uint32_t checksum(std::string_view key, std::string_view body) {
  const auto add = [](uLong sum, std::string_view bytes) {
    return crc32(sum, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  };
  return static_cast<std::uint32_t>(add(add(crc32(0, nullptr, 0), key), body));
}

// Nothing of a chunk is believed before this says nullptr.
const char* damage(std::string_view key, std::string_view chunk) {
  if (chunk.size() < kHead) return "cut short";
  if (chunk[0] != kVersion && chunk[0] != kFirstVersion) return "of an unknown version";
  std::uint32_t sum = 0;
  for (int i = 0; i < 4; ++i) sum |= std::uint32_t{static_cast<std::uint8_t>(chunk[1 + i])} << (8 * i);
  return sum == checksum(key, chunk.substr(kHead)) ? nullptr : "damaged (its checksum does not match)";
}

template <class Get>
std::span<const std::int64_t> column(std::vector<std::int64_t>& values, std::span<const StoredSample> samples, Get get) {
  values.clear();
  for (const StoredSample& s : samples) values.push_back(get(s));
  return values;
}

// Reports come at a nearly steady pace: what each is off a time table that the middle one of the steps makes.
void put_times(std::string& out, std::span<const StoredSample> samples, std::vector<std::int64_t>& values) {
  put_varint(out, static_cast<std::uint64_t>(samples.front().at_ms));
  values.clear();
  for (std::size_t i = 1; i < samples.size(); ++i) values.push_back(samples[i].at_ms - samples[i - 1].at_ms);
  if (values.empty()) return;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  const std::int64_t step = *middle;
  put_varint(out, static_cast<std::uint64_t>(step));
  std::int64_t due = samples.front().at_ms;
  put_column(out, column(values, samples.subspan(1), [&](const StoredSample& s) { return wrapping_sub(s.at_ms, due = wrapping_add(due, step)); }));
}

bool read_times(VarintReader& in, std::span<StoredSample> samples, std::vector<std::int64_t>& values) {
  std::int64_t before = samples.front().at_ms = static_cast<std::int64_t>(in.next());
  if (before < 0) return false;
  values.resize(samples.size() - 1);
  if (values.empty()) return true;
  const auto step = static_cast<std::int64_t>(in.next());
  if (!read_column(in, values)) return false;
  std::int64_t due = before;
  for (std::size_t i = 0; i < values.size(); ++i) {
    due = wrapping_add(due, step);
    const std::int64_t at_ms = wrapping_add(due, values[i]);
    if (at_ms <= before) return false;
    samples[i + 1].at_ms = before = at_ms;
  }
  return true;
}

void put_used(std::string& out, std::span<const std::int64_t> values, std::vector<std::int64_t>& divided) {
  std::int64_t unit = 0;
  for (const std::int64_t v : values) {
    // Most values are multiples of what those before have in common.
    if (unit == 0 || v % unit != 0) unit = std::gcd(unit, v);
    if (unit == 1) break;
  }
  unit = std::max<std::int64_t>(unit, 1);
  put_varint(out, static_cast<std::uint64_t>(unit));
  if (unit == 1) return put_column(out, values);
  divided.clear();
  for (const std::int64_t v : values) divided.push_back(v / unit);
  put_column(out, divided);
}

void put_columns(std::string& out, std::span<const StoredSample> samples) {
  std::vector<std::int64_t> values, divided;
  put_times(out, samples, values);
  for (std::size_t r = 0; r < kResourceCount; ++r) put_used(out, column(values, samples, [r](const StoredSample& s) { return s.used[r]; }), divided);
  for (std::size_t r = 0; r < kResourceCount; ++r)
    put_column(out, column(values, samples, [r](const StoredSample& s) { return std::int64_t{s.stalled[r]}; }));
  put_column(out, column(values, samples, [](const StoredSample& s) { return std::int64_t{s.guest_statistics}; }));
}

bool read_columns(VarintReader& in, std::span<StoredSample> samples) {
  std::vector<std::int64_t> values;
  if (!read_times(in, samples, values)) return false;
  values.resize(samples.size());
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    const auto unit = static_cast<std::int64_t>(in.next());
    if (!read_column(in, values)) return false;
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].used[r] = wrapping_mul(values[i], unit);
  }
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    if (!read_column(in, values)) return false;
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].stalled[r] = static_cast<std::uint16_t>(values[i]);
  }
  if (!read_column(in, values)) return false;
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i].guest_statistics = values[i] != 0;
  return in.ok() && in.done();
}

}  // namespace

std::string encode_chunk(std::string_view key, std::span<const StoredSample> samples) {
  HEADROOM_CHECK(!samples.empty() && samples.size() <= kMaxChunkSamples,
                 "a chunk has 1 to kMaxChunkSamples samples");
  std::string chunk(kHead, '\0');
  chunk[0] = kVersion;
  put_varint(chunk, static_cast<std::uint64_t>(samples.back().at_ms - samples.front().at_ms));
  put_varint(chunk, samples.size());
  put_columns(chunk, samples);
  const std::uint32_t sum = checksum(key, std::string_view(chunk).substr(kHead));
  for (int i = 0; i < 4; ++i) chunk[1 + i] = static_cast<char>(sum >> (8 * i));
  return chunk;
}

const char* decode_chunk(std::string_view key, std::string_view chunk, std::vector<StoredSample>& samples) {
  if (const char* const wrong = damage(key, chunk)) return wrong;
  VarintReader in(chunk.substr(kHead));
  in.next();
  const std::uint64_t count = in.next();
  if (!in.ok() || count == 0 || count > kMaxChunkSamples) return "malformed";
  const std::size_t before = samples.size();
  samples.resize(before + count);
  const std::span<StoredSample> read = std::span(samples).subspan(before);
  const char* const wrong = chunk[0] == kFirstVersion ? read_chunk_v1(in, read) : read_columns(in, read) ? nullptr : "malformed";
  if (wrong != nullptr) samples.resize(before);
  return wrong;
}

std::optional<std::int64_t> chunk_length_ms(std::string_view key, std::string_view chunk) {
  if (damage(key, chunk) != nullptr) return std::nullopt;
  VarintReader in(chunk.substr(kHead));
  const auto length = static_cast<std::int64_t>(in.next());
  return in.ok() && length >= 0 ? std::optional(length) : std::nullopt;
}

}  // namespace headroom::history
