#include "headroom/daemon/sampling_pace.h"

#include <algorithm>
#include <set>
#include <vector>

namespace headroom {
namespace {

constexpr double kNearShare = 0.9, kCalmShare = 0.5;   // of what the VM has
constexpr double kLevel = 0.95;

const char* why(Nearness nearness) {
  switch (nearness) {
    case Nearness::kNear: return "it is near a limit";
    case Nearness::kUsual: return "it is as usual";
    case Nearness::kCalm: return "it is calm";
  }
  return "";
}

// Used, or may be before long, of what it has.
double share_of(const Vm& vm, Resource r) {
  if (vm.allocation[r] <= 0) return 0;
  double most = vm.used[index(r)];
  const auto& outlook = vm.forecast.outlook[index(r)];
  if (vm.forecast.state == ForecastState::kReady && !outlook.empty()) most = std::max(most, outlook.front().peak.quantile(kLevel));
  return most / static_cast<double>(vm.allocation[r]);
}

}  // namespace

Nearness nearness_of(const Vm& vm) {
  const bool waits = std::any_of(vm.stalled.begin(), vm.stalled.end(), [](float s) { return s > 0; });
  const double share = std::max(share_of(vm, Resource::kCpu), share_of(vm, Resource::kMemory));
  if (waits || vm.action_in_flight || share >= kNearShare) return Nearness::kNear;
  return share < kCalmShare ? Nearness::kCalm : Nearness::kUsual;
}

void SamplingPace::look(const Vm& vm, Known& known, Instant now) const {
  const Nearness is = nearness_of(vm);
  if (is >= known.nearness) {
    known.nearness = is;
    known.less_since.reset();
    return;
  }
  known.less_since = known.less_since.value_or(now);
  if (now - *known.less_since < kStays) return;
  known.nearness = is;
  known.less_since.reset();
}

Result<void> SamplingPace::after_round(const Snapshot& snapshot, Instant now) {
  std::vector<ingest::Directive> asked;
  std::set<std::string_view> there;
  for (const Vm& vm : snapshot.vms) {
    const auto agent = agents_.find(vm.uuid);
    if (!agent || !agent->connected) continue;
    there.insert(vm.uuid);
    Known& known = known_[vm.uuid];
    look(vm, known, now);
    const Duration wanted = rule_.of(known.nearness);
    const bool waits = known.asked == wanted && now < known.asked_until;
    if (wanted == agent->interval || waits) continue;
    ingest::Directive d;
    d.vm_uuid = vm.uuid;
    d.kind = ingest::DirectiveKind::kSampling;
    d.interval = wanted;
    d.until = now + kAnswerWithin;
    d.reason = why(known.nearness);
    asked.push_back(std::move(d));
  }
  std::erase_if(known_, [&](const auto& k) { return !there.contains(k.first); });
  if (asked.empty()) return {};
  if (auto done = directives_.ask(asked, now); !done) return tl::unexpected(done.error());
  for (const ingest::Directive& d : asked) {
    known_[d.vm_uuid].asked = d.interval;
    known_[d.vm_uuid].asked_until = d.until;
  }
  if (wake_) wake_();
  return {};
}

}  // namespace headroom
