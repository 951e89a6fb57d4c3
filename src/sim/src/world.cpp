#include "headroom/sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "headroom/base/nearest_rank.h"
#include "initial_pool.h"

namespace headroom {
namespace {

constexpr Duration kDay = std::chrono::hours(24);
constexpr std::size_t kFewestSamples = 36;

struct Span {
  Instant begin, end;
};

Span whole_trace(const Fleet& fleet) {
  Span span{Instant::max(), Instant::min()};
  for (const VmTrace& t : fleet.vms) {
    span.begin = std::min(span.begin, t.start);
    span.end = std::max(span.end, t.start + fleet.step * static_cast<std::int64_t>(t.slots()));
  }
  return span;
}

Instant on_grid(Instant t, Duration step) { return t - t.time_since_epoch() % step; }

// Where the initial allocation is learnt, and the counted window that is left.
std::pair<Span, Window> choose_window(const Fleet& fleet, std::optional<Window> asked) {
  const Span all = whole_trace(fleet);
  const Duration length = all.end - all.begin;
  Window window = asked.value_or(Window{all.begin, all.end});
  window.begin = std::max(on_grid(window.begin, fleet.step), all.begin);
  window.end = std::min(on_grid(window.end, fleet.step), all.end);
  Span learnt{window.begin - 8 * kDay, window.begin - kDay};
  if (learnt.begin < all.begin) {
    const Duration first = length >= 8 * kDay ? 7 * kDay : on_grid(all.begin + length / 4, fleet.step) - all.begin;
    learnt = {all.begin, all.begin + first};
    window.begin = std::max(window.begin, learnt.end);
  }
  return {learnt, window};
}

RecordedDemand fill_gaps(const VmTrace& trace, const Resources& ceiling) {
  RecordedDemand load;
  load.start = trace.start;
  load.recorded.assign(trace.slots(), 1);
  for (Resource r : kAllResources) {
    const auto& raw = trace.demand[index(r)];
    auto& filled = load.amount[index(r)];
    if (raw.empty()) continue;
    filled.resize(raw.size());
    float last = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (std::isnan(raw[i]))
        load.recorded[i] = 0;
      else
        last = std::min(raw[i], static_cast<float>(ceiling[r]));
      filled[i] = last;
    }
  }
  return load;
}

Resources ceiling_of(const VmTrace& trace, const Scenario& scenario) {
  Resources ceiling = scenario.ceiling;
  ceiling[Resource::kCpu] = trace.cores * 1000;
  float most = 0;
  for (float bytes : trace.memory_provision)
    if (bytes > most) most = bytes;  // NaN compares false
  ceiling[Resource::kMemory] = most > 0 ? static_cast<std::int64_t>(most) : (4_GiB).count();
  // The provision rounded up to whole steps, so that it can be given in full.
  for (Resource r : kAllResources) {
    const std::int64_t step = scenario.step[r];
    ceiling[r] = std::max(step, (ceiling[r] + step - 1) / step * step);
  }
  return ceiling;
}

Vm describe(const VmTrace& trace, const Resources& ceiling, const Resources& allocation, std::size_t number) {
  Vm vm;
  vm.id = VmId(static_cast<std::uint32_t>(number));
  vm.name = trace.name;
  vm.uuid = trace.name;
  vm.allocation = allocation;
  vm.ceiling = ceiling;
  vm.mobility = Mobility::kLive;
  vm.mobility_reason = "simulated";
  vm.scaling.fill(Scaling::kLiveUpAndDown);
  vm.scaling_reason = "simulated";
  vm.level = AutomationLevel::kAuto;
  return vm;
}

// Empty when the span holds too little to say anything.
std::optional<Resources> initial_allocation(const RecordedDemand& load, const Span& learnt, const World& world,
                                            const Resources& ceiling) {
  Resources allocation;
  for (Resource r : kAllResources) {
    const auto& amount = load.amount[index(r)];
    std::vector<float> seen;
    for (std::size_t i = 0; i < amount.size(); ++i) {
      const Instant t = load.start + world.step * static_cast<std::int64_t>(i);
      if (t >= learnt.begin && t < learnt.end && load.recorded[i]) seen.push_back(amount[i]);
    }
    if (seen.size() < kFewestSamples && !amount.empty()) return std::nullopt;
    const std::int64_t step = world.scenario.step[r];
    const double p90 = static_cast<double>(nearest_rank(seen, world.scenario.initial_quantile));
    const auto steps = static_cast<std::int64_t>(std::ceil(p90 / static_cast<double>(step)));
    allocation[r] = std::min(std::max<std::int64_t>(1, steps) * step, ceiling[r]);
  }
  return allocation;
}

bool recorded_in(const RecordedDemand& load, const Window& window, Duration step) {
  for (std::size_t i = 0; i < load.recorded.size(); ++i) {
    const Instant t = load.start + step * static_cast<std::int64_t>(i);
    if (t >= window.begin && t < window.end && load.recorded[i]) return true;
  }
  return false;
}

}  // namespace

std::string_view name(View view) {
  switch (view) {
    case View::kVertical: return "vertical";
    case View::kElastic: return "elastic";
    case View::kFixed: return "fixed";
  }
  return "";
}

std::optional<View> parse_view(std::string_view text) {
  for (View view : {View::kVertical, View::kElastic, View::kFixed})
    if (text == name(view)) return view;
  return std::nullopt;
}

Result<std::shared_ptr<const World>> make_world(const Fleet& fleet, const Scenario& scenario, View view,
                                                std::optional<Window> window) {
  auto world = std::make_shared<World>();
  world->scenario = scenario;
  world->view = view;
  world->step = fleet.step;
  if (fleet.vms.empty()) return invalid("the traces hold no VM");
  const auto [learnt, counted] = choose_window(fleet, window ? window : scenario.window);
  world->window = counted;
  if (counted.begin >= counted.end)
    return invalid(fmt::format("the window holds no step of the traces after the days the initial allocation is taken from ({} to {}); "
                               "give a later --window", to_rfc3339(learnt.begin), to_rfc3339(learnt.end)));
  for (const VmTrace& trace : fleet.vms) {
    const Resources ceiling = ceiling_of(trace, scenario);
    RecordedDemand load = fill_gaps(trace, ceiling);
    const auto allocation = initial_allocation(load, learnt, *world, ceiling);
    if (!allocation || !recorded_in(load, counted, fleet.step)) {
      world->left_out.push_back(fmt::format("{}: no records {}", trace.name, allocation ? "in the window" : "to size it from"));
      continue;
    }
    world->vms.push_back(describe(trace, ceiling, *allocation, world->vms.size()));
    world->demand.push_back(std::move(load));
  }
  if (world->vms.empty()) return invalid("no VM has records both in the window and in the days before it; give a --window that the traces cover");
  if (auto ok = build_pool(*world); !ok) return tl::unexpected(ok.error());
  return std::shared_ptr<const World>(std::move(world));
}

}  // namespace headroom
