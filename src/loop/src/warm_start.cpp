#include "headroom/loop/warm_start.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom {
namespace {

constexpr std::size_t kGroup = 64;        // VMs: their forecasts fill the model's batches
constexpr int kStretch = 288;             // steps read at a time

}  // namespace

struct WarmStart::Group {
  std::vector<const Vm*> vms;
  std::vector<VmId> ids;
  std::vector<VmSample> samples;          // of the stretch, in the order of time
  std::vector<Forecast> ignored;
  std::size_t unreadable = 0;
  std::string first;                      // what was said of the first of those
};

void WarmStart::take_up(std::span<const Vm> vms, Instant now, std::vector<std::string>& troubles) {
  std::vector<const Vm*> fresh;
  for (const Vm& vm : vms)
    if (seen_.insert(vm.id).second && !vm.uuid.empty()) fresh.push_back(&vm);
  if (fresh.empty()) return;
  const int with_forecasts = std::min(span_.with_forecasts, static_cast<int>(kMostForecasts / fresh.size()));
  Group group;
  for (std::size_t first = 0; first < fresh.size(); first += kGroup) {
    const auto begin = fresh.begin() + static_cast<std::ptrdiff_t>(first);
    group.vms.assign(begin, begin + static_cast<std::ptrdiff_t>(std::min(kGroup, fresh.size() - first)));
    group.ids.clear();
    for (const Vm* vm : group.vms) group.ids.push_back(vm->id);
    warm(group, now, with_forecasts);
  }
  if (group.unreadable == 0) return;
  const std::string more = group.unreadable > 1 ? fmt::format(" (and {} times more in the days before)", group.unreadable - 1) : "";
  troubles.push_back(fmt::format("a part of the past is missing from forecasts: {}{}", group.first, more));
}

// Forecasts come at the ends of steps, the last of them before now.
void WarmStart::warm(Group& group, Instant now, int with_forecasts) {
  const Instant last{now.time_since_epoch() / step_ * step_};
  const Instant begin = last - step_ * span_.past, forecasts_from = last - step_ * with_forecasts;
  for (Instant from = begin; from < now; from += step_ * kStretch) {
    const Instant to = std::min(from + step_ * kStretch, now);
    read(group, from, to);
    auto next = group.samples.begin();
    const auto observe_until = [&](Instant t) {
      for (; next != group.samples.end() && next->sample.at <= t; ++next) forecaster_.observe(*next);
    };
    for (Instant t = std::max(from, forecasts_from); t < to; t += step_) {
      observe_until(t);
      forecaster_.forecast(t, group.ids, group.ignored);
    }
    observe_until(to);
  }
}

void WarmStart::read(Group& group, Instant from, Instant to) {
  group.samples.clear();
  for (const Vm* vm : group.vms) {
    const auto past = store_.read(vm->uuid, from, to);
    if (!past && group.unreadable++ == 0) group.first = past.error().message;
    if (!past) continue;
    for (const Sample& s : *past) group.samples.push_back({vm->id, s});
  }
  std::stable_sort(group.samples.begin(), group.samples.end(),
                   [](const VmSample& a, const VmSample& b) { return a.sample.at < b.sample.at; });
}

}  // namespace headroom
