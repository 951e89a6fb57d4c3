#include "headroom/trace/playback.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

// By what a slot's amount is multiplied; NaN where its provision is not known.
double factor_at(const VmTrace& trace, std::size_t slot, Resource r, const Playback& playback) {
  if (r == Resource::kCpu && playback.cpu_cap) return *playback.cpu_cap / (1000.0 * trace.cores);
  if (r == Resource::kMemory && playback.memory_cap)
    return *playback.memory_cap / static_cast<double>(slot < trace.memory_provision.size() ? trace.memory_provision[slot] : 0);
  return playback.factor[index(r)];
}

// Nothing where anything is a gap.
std::optional<Sample> sample_of(const VmTrace& trace, std::size_t slot, const Playback& playback) {
  Sample sample;
  for (Resource r : kAllResources) {
    const auto& demand = trace.demand[index(r)];
    if (demand.empty()) continue;
    const double amount = slot < demand.size() ? static_cast<double>(demand[slot]) : std::nan("");
    const double used = amount * factor_at(trace, slot, r, playback) + playback.base[index(r)];
    if (!std::isfinite(used)) return std::nullopt;
    sample.used[index(r)] = std::max(0.0, used);
    const auto& stalled = trace.stalled[index(r)];
    if (slot < stalled.size()) sample.stalled[index(r)] = stalled[slot];
  }
  return sample;
}

Result<void> check(const VmTrace& trace, Duration step, const Playback& playback) {
  if (playback.times < 1 || step % playback.times != Duration::zero() || step / playback.times < std::chrono::seconds(1))
    return invalid(fmt::format("steps of {} cannot be played {} times as fast; take a whole part of them, of 1s at least", to_text(step),
                               playback.times));
  if (playback.from >= playback.until) return invalid("what is to be played ends before it begins");
  if (playback.cpu_cap && trace.cores < 1) return invalid(fmt::format("{} does not say how many cores it had; give a factor", trace.name));
  if (playback.memory_cap && trace.memory_provision.empty())
    return invalid(fmt::format("{} does not say how much memory it had; give a factor", trace.name));
  return {};
}

}  // namespace

Result<std::vector<Sample>> play(const VmTrace& trace, Duration step, const Playback& playback) {
  if (auto ok = check(trace, step, playback); !ok) return tl::unexpected(ok.error());
  const Instant end = trace.start + step * static_cast<std::int64_t>(trace.slots());
  const Instant until = playback.until == Instant::max() ? end : playback.until;
  const Instant ends_at = playback.ends_at.value_or(until);
  std::vector<Sample> samples;
  for (std::size_t slot = 0; slot < trace.slots(); ++slot) {
    const Instant at = trace.start + step * static_cast<std::int64_t>(slot + 1);
    if (at <= playback.from || at > until) continue;
    auto sample = sample_of(trace, slot, playback);
    if (!sample) continue;
    sample->at = ends_at - (until - at) / playback.times;
    samples.push_back(*sample);
  }
  if (samples.empty())
    return invalid(fmt::format("{} has no records in the time that is to be played; it reaches from {} to {}", trace.name,
                               to_rfc3339(trace.start), to_rfc3339(end)));
  if (samples.front().at < Instant{}) return invalid("what is played would begin before 1970; let it end later");
  return samples;
}

}  // namespace headroom
