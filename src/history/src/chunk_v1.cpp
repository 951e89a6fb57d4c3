#include "chunk_v1.h"

#include <zstd.h>

#include <memory>
#include <string>

#include "varint.h"

namespace headroom::history {
namespace {

constexpr std::size_t kMaxBytesPerSample = 10 * (2 * kResourceCount + 2);

// Second differences.
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

void read_used(VarintReader& in, std::span<StoredSample> samples, std::size_t r) {
  const auto unit = static_cast<std::int64_t>(in.next());
  std::int64_t value = 0;
  for (StoredSample& s : samples) {
    value = wrapping_add(value, unzigzag(in.next()));
    s.used[r] = wrapping_mul(value, unit);
  }
}

// (run length, value) pairs.
template <class Set>
bool read_runs(VarintReader& in, std::span<StoredSample> samples, Set set) {
  for (std::size_t i = 0; i < samples.size();) {
    const std::uint64_t run = in.next(), value = in.next();
    if (!in.ok() || run == 0 || run > samples.size() - i) return false;
    for (const std::size_t end = i + run; i < end; ++i) set(samples[i], value);
  }
  return true;
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

struct Freed {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

const char* read_chunk_v1(VarintReader& in, std::span<StoredSample> samples) {
  const std::uint64_t unpacked = in.next();
  if (!in.ok() || unpacked > samples.size() * kMaxBytesPerSample + 64) return "malformed";
  std::string columns(unpacked, '\0');
  thread_local const std::unique_ptr<ZSTD_DCtx, Freed> context(ZSTD_createDCtx());   // dear to build
  const std::string_view frame = in.rest();
  if (ZSTD_decompressDCtx(context.get(), columns.data(), unpacked, frame.data(), frame.size()) != unpacked)
    return "damaged (it does not unpack)";
  return read_columns(columns, samples) ? nullptr : "malformed";
}

}  // namespace headroom::history
