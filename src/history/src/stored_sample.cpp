#include "stored_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom::history {
namespace {

constexpr double kScale = 1000;
constexpr double kMaxUsed = 1e15;  // times kScale still fits 63 bits
constexpr std::int64_t kYear2200_ms = 7'258'118'400'000;

Result<void> check_sample(const HistorySample& s) {
  const auto wrong = [&](std::string what) {
    return invalid(fmt::format("history: VM '{}': {}", shown(s.vm_uuid), what));
  };
  if (s.vm_uuid.empty() || s.vm_uuid.size() > kMaxUuidLength)
    return wrong(fmt::format("a UUID has 1 to {} bytes, this one {}", kMaxUuidLength, s.vm_uuid.size()));
  const std::int64_t at_ms = s.sample.at.time_since_epoch().count();
  if (at_ms < 0 || at_ms > kYear2200_ms)
    return wrong(
        fmt::format("the sample's time is {} ms since 1970; it must lie between 1970 and 2200", at_ms));
  for (Resource r : kAllResources) {
    const double used = s.sample.used[index(r)];
    const float stalled = s.sample.stalled[index(r)];
    if (!std::isfinite(used) || used < 0 || used > kMaxUsed)
      return wrong(fmt::format("used {} is {}; it must be finite and from 0 to 1e15", name(r), used));
    if (!std::isfinite(stalled) || stalled < 0)
      return wrong(fmt::format("stalled {} is {}; it must be finite and from 0 to 1", name(r), stalled));
  }
  return {};
}

}  // namespace

StoredSample to_stored(const Sample& sample) {
  StoredSample stored;
  stored.at_ms = sample.at.time_since_epoch().count();
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    stored.used[r] = std::llround(sample.used[r] * kScale);
    // A share measured over a slightly longer interval than it is divided by can pass 1.
    stored.stalled[r] = static_cast<std::uint16_t>(std::lround(std::min(sample.stalled[r], 1.0F) * kScale));
  }
  stored.guest_statistics = sample.guest_statistics;
  return stored;
}

Sample to_sample(const StoredSample& stored) {
  Sample sample;
  sample.at = Instant(Duration(stored.at_ms));
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    sample.used[r] = static_cast<double>(stored.used[r]) / kScale;
    sample.stalled[r] = static_cast<float>(stored.stalled[r] / kScale);
  }
  sample.guest_statistics = stored.guest_statistics;
  return sample;
}

Result<void> check_samples(std::span<const HistorySample> samples) {
  if (samples.size() > kMaxSamplesPerCall)
    return invalid(
        fmt::format("history: {} samples in one call; give at most {}", samples.size(), kMaxSamplesPerCall));
  for (const HistorySample& s : samples)
    if (auto ok = check_sample(s); !ok) return ok;
  return {};
}

Result<void> check_marks(std::span<const HistoryMark> marks) {
  constexpr std::size_t kMost = 255;
  for (const HistoryMark& m : marks)
    if (m.vm_uuid.empty() || m.vm_uuid.size() > kMost || m.value.size() > kMost)
      return invalid(fmt::format("history: the mark of VM '{}' has {} bytes; a UUID has 1 to {}, and a mark up to {}", shown(m.vm_uuid), m.value.size(), kMost, kMost));
  return {};
}

void sort_and_unite(std::vector<StoredSample>& samples) {
  const auto earlier = [](const StoredSample& a, const StoredSample& b) { return a.at_ms < b.at_ms; };
  if (!std::is_sorted(samples.begin(), samples.end(), earlier))
    std::stable_sort(samples.begin(), samples.end(), earlier);
  std::size_t kept = 0;
  for (const StoredSample& s : samples) {
    if (kept != 0 && samples[kept - 1].at_ms == s.at_ms) --kept;
    samples[kept++] = s;
  }
  samples.resize(kept);
}

std::string shown(std::string_view uuid) {
  constexpr std::size_t kMost = 64;
  std::string safe(uuid.substr(0, kMost));
  for (char& c : safe)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  return safe;
}

}  // namespace headroom::history
