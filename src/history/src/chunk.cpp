#include "chunk.h"

#include <zlib.h>
#include <zstd.h>

#include <numeric>

#include "headroom/base/check.h"
#include "varint.h"

namespace headroom::history {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHead = 1 + 4;  // version and checksum
constexpr int kZstdLevel = 1;
constexpr std::size_t kMaxBytesPerSample = 10 * (2 * kResourceCount + 2);

std::uint32_t checksum(std::string_view key, std::string_view body) {
  const auto add = [](uLong sum, std::string_view bytes) {
    return crc32(sum, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  };
  return static_cast<std::uint32_t>(add(add(crc32(0, nullptr, 0), key), body));
}

// Nothing of a chunk is believed before this says nullptr.
const char* damage(std::string_view key, std::string_view chunk) {
  if (chunk.size() < kHead) return "cut short";
  if (chunk[0] != kVersion) return "of an unknown version";
  std::uint32_t sum = 0;
  for (int i = 0; i < 4; ++i) sum |= std::uint32_t{static_cast<std::uint8_t>(chunk[1 + i])} << (8 * i);
  return sum == checksum(key, chunk.substr(kHead)) ? nullptr : "damaged (its checksum does not match)";
}

// Second differences: reports come at a nearly steady pace, so most are 0.
void put_times(std::string& out, std::span<const StoredSample> samples) {
  std::int64_t last = 0, step = 0;
  for (const StoredSample& s : samples) {
    const std::int64_t new_step = wrapping_sub(s.at_ms, last);
    put_varint(out, zigzag(wrapping_sub(new_step, step)));
    step = last == 0 ? 0 : new_step;
    last = s.at_ms;
  }
}

bool read_times(VarintReader& in, std::span<StoredSample> samples) {
  std::int64_t last = 0, step = 0, before = -1;
  for (StoredSample& s : samples) {
    const std::int64_t new_step = wrapping_add(step, unzigzag(in.next()));
    s.at_ms = wrapping_add(last, new_step);
    if (s.at_ms <= before) return false;
    step = last == 0 ? 0 : new_step;
    before = last = s.at_ms;
  }
  return true;
}

void put_used(std::string& out, std::span<const StoredSample> samples, std::size_t r) {
  std::int64_t unit = 0;
  for (const StoredSample& s : samples) {
    unit = std::gcd(unit, s.used[r]);
    if (unit == 1) break;
  }
  unit = std::max<std::int64_t>(unit, 1);
  put_varint(out, static_cast<std::uint64_t>(unit));
  std::int64_t last = 0;
  for (const StoredSample& s : samples) {
    const std::int64_t value = unit == 1 ? s.used[r] : s.used[r] / unit;
    put_varint(out, zigzag(value - last));
    last = value;
  }
}

void read_used(VarintReader& in, std::span<StoredSample> samples, std::size_t r) {
  const auto unit = static_cast<std::int64_t>(in.next());
  std::int64_t value = 0;
  for (StoredSample& s : samples) {
    value = wrapping_add(value, unzigzag(in.next()));
    s.used[r] = wrapping_mul(value, unit);
  }
}

// Stalled and flags seldom change: (run length, value) pairs.
template <class Get>
void put_runs(std::string& out, std::span<const StoredSample> samples, Get get) {
  for (std::size_t i = 0; i < samples.size();) {
    std::size_t run = 1;
    while (i + run < samples.size() && get(samples[i + run]) == get(samples[i])) ++run;
    put_varint(out, run);
    put_varint(out, get(samples[i]));
    i += run;
  }
}

template <class Set>
bool read_runs(VarintReader& in, std::span<StoredSample> samples, Set set) {
  for (std::size_t i = 0; i < samples.size();) {
    const std::uint64_t run = in.next(), value = in.next();
    if (!in.ok() || run == 0 || run > samples.size() - i) return false;
    for (const std::size_t end = i + run; i < end; ++i) set(samples[i], value);
  }
  return true;
}

void put_columns(std::string& out, std::span<const StoredSample> samples) {
  put_times(out, samples);
  for (std::size_t r = 0; r < kResourceCount; ++r) put_used(out, samples, r);
  for (std::size_t r = 0; r < kResourceCount; ++r)
    put_runs(out, samples, [r](const StoredSample& s) { return std::uint64_t{s.stalled[r]}; });
  put_runs(out, samples, [](const StoredSample& s) { return std::uint64_t{s.guest_statistics}; });
}

bool read_columns(std::string_view columns, std::span<StoredSample> samples) {
  VarintReader in(columns);
  if (!read_times(in, samples)) return false;
  for (std::size_t r = 0; r < kResourceCount; ++r) read_used(in, samples, r);
  for (std::size_t r = 0; r < kResourceCount; ++r)
    if (!read_runs(in, samples,
                   [r](StoredSample& s, std::uint64_t v) { s.stalled[r] = static_cast<std::uint16_t>(v); }))
      return false;
  if (!read_runs(in, samples, [](StoredSample& s, std::uint64_t v) { s.guest_statistics = v != 0; }))
    return false;
  return in.ok() && in.done();
}

}  // namespace

struct ChunkCoder::Contexts {
  ZSTD_CCtx* compress = nullptr;  // made when first needed: readers never do
  ZSTD_DCtx* unpack = nullptr;
  ~Contexts() {
    ZSTD_freeCCtx(compress);
    ZSTD_freeDCtx(unpack);
  }
};

ChunkCoder::ChunkCoder() : contexts_(std::make_unique<Contexts>()) {}
ChunkCoder::~ChunkCoder() = default;

std::string ChunkCoder::encode(std::string_view key, std::span<const StoredSample> samples) {
  HEADROOM_CHECK(!samples.empty() && samples.size() <= kMaxChunkSamples,
                 "a chunk has 1 to kMaxChunkSamples samples");
  columns_.clear();
  put_columns(columns_, samples);
  std::string chunk(kHead, '\0');
  chunk[0] = kVersion;
  put_varint(chunk, static_cast<std::uint64_t>(samples.back().at_ms - samples.front().at_ms));
  put_varint(chunk, samples.size());
  put_varint(chunk, columns_.size());
  const std::size_t start = chunk.size();
  chunk.resize(start + ZSTD_compressBound(columns_.size()));
  if (contexts_->compress == nullptr) contexts_->compress = ZSTD_createCCtx();
  const std::size_t packed =
      ZSTD_compressCCtx(contexts_->compress, chunk.data() + start, chunk.size() - start, columns_.data(),
                        columns_.size(), kZstdLevel);
  HEADROOM_CHECK(ZSTD_isError(packed) == 0, "compressing into a buffer of the bound's size cannot fail");
  chunk.resize(start + packed);
  const std::uint32_t sum = checksum(key, std::string_view(chunk).substr(kHead));
  for (int i = 0; i < 4; ++i) chunk[1 + i] = static_cast<char>(sum >> (8 * i));
  return chunk;
}

const char* ChunkCoder::decode(std::string_view key, std::string_view chunk,
                               std::vector<StoredSample>& samples) {
  if (const char* const wrong = damage(key, chunk)) return wrong;
  VarintReader in(chunk.substr(kHead));
  in.next();
  const std::uint64_t count = in.next(), unpacked = in.next();
  if (!in.ok() || count == 0 || count > kMaxChunkSamples || unpacked > count * kMaxBytesPerSample + 64)
    return "malformed";
  columns_.resize(unpacked);
  if (contexts_->unpack == nullptr) contexts_->unpack = ZSTD_createDCtx();
  const std::string_view frame = in.rest();
  if (ZSTD_decompressDCtx(contexts_->unpack, columns_.data(), unpacked, frame.data(), frame.size()) !=
      unpacked)
    return "damaged (it does not unpack)";
  const std::size_t before = samples.size();
  samples.resize(before + count);
  if (read_columns(columns_, std::span(samples).subspan(before))) return nullptr;
  samples.resize(before);
  return "malformed";
}

std::optional<std::int64_t> chunk_length_ms(std::string_view key, std::string_view chunk) {
  if (damage(key, chunk) != nullptr) return std::nullopt;
  VarintReader in(chunk.substr(kHead));
  const auto length = static_cast<std::int64_t>(in.next());
  return in.ok() && length >= 0 ? std::optional(length) : std::nullopt;
}

}  // namespace headroom::history
