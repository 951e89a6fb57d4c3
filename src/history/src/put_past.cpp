#include "headroom/history/put_past.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom {
namespace {

constexpr std::size_t kPart = 4096;
constexpr double kKept = 0.001;  // to which a store keeps amounts and stalls

bool alike(const Sample& a, const Sample& b) {
  for (std::size_t r = 0; r < kResourceCount; ++r)
    if (std::fabs(a.used[r] - b.used[r]) > kKept || std::fabs(a.stalled[r] - b.stalled[r]) > static_cast<float>(kKept)) return false;
  return true;
}

// The first of `held` that is none of `samples`; both ascend.
const Sample* stranger(const std::vector<Sample>& held, std::span<const Sample> samples) {
  auto same = samples.begin();
  for (const Sample& s : held) {
    same = std::find_if(same, samples.end(), [&](const Sample& other) { return other.at >= s.at; });
    if (same == samples.end() || same->at != s.at || !alike(*same, s)) return &s;
  }
  return nullptr;
}

}  // namespace

Result<std::size_t> put_past(HistoryStore& store, std::string_view vm_uuid, std::span<const Sample> samples) {
  if (samples.empty()) return std::size_t{0};
  const auto held = store.read(vm_uuid, samples.front().at, samples.back().at + Duration(1));
  if (!held) return tl::unexpected(held.error());
  if (const Sample* other = stranger(*held, samples))
    return fail(ErrorCode::kRefused,
                fmt::format("the history has other samples of VM {} in that time, the first at {}; nothing was written: let what is "
                            "imported end before them", vm_uuid, to_rfc3339(other->at)));
  std::vector<HistorySample> part;
  auto known = held->begin();
  std::size_t put = 0;
  const auto flush = [&]() -> Result<void> {
    put += part.size();
    auto ok = part.empty() ? Result<void>{} : store.append(part);
    part.clear();
    return ok;
  };
  for (const Sample& s : samples) {
    if (known != held->end() && known->at == s.at) {
      ++known;
      continue;
    }
    part.push_back({vm_uuid, s});
    if (part.size() < kPart) continue;
    if (auto ok = flush(); !ok) return tl::unexpected(ok.error());
  }
  if (auto ok = flush(); !ok) return tl::unexpected(ok.error());
  if (auto ok = store.sync(); !ok) return tl::unexpected(ok.error());
  return put;
}

}  // namespace headroom
