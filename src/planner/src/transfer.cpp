#include "transfer.h"

#include <algorithm>

namespace headroom {
namespace {

double seconds(Duration d) { return static_cast<double>(d.count()) / 1000; }

migration::DirtyCurve dirty_curve(const Vm& vm, Bytes memory) {
  std::vector<migration::DirtySample> samples;
  for (const DirtiedMemory& d : vm.dirtied) samples.push_back({d.window, d.amount});
  if (const auto fitted = migration::fit(samples, memory)) return *fitted;
  migration::DirtyCurve curve = migration::assumed_curve(memory);
  for (const DirtiedMemory& d : vm.dirtied) {
    const double window = seconds(d.window), missing = static_cast<double>(d.amount.count()) - curve.within(window);
    if (window > 0 && missing > 0) curve.cold_bytes_per_second += missing / window;
  }
  return curve;
}

}  // namespace

migration::Payload payload_of(const Vm& vm) {
  const auto used = vm.sampled_at ? static_cast<std::int64_t>(vm.used[index(Resource::kMemory)]) : 0;
  const std::int64_t known = vm.touched.count() > 0 ? vm.touched.count() : used;  // without its guest's word, what it uses is a guess
  const Bytes memory(std::max<std::int64_t>(1, known > 0 ? known : vm.allocation.memory().count()));
  return {memory, dirty_curve(vm, memory)};
}

BytesPerSecond link_of(const Host& host, const MigrationPolicy& policy) {
  const BytesPerSecond has = host.deliverable().network();
  return has.count() > 0 ? std::min(has, policy.bandwidth) : policy.bandwidth;
}

migration::Correction correction_of(const MoveErrors& errors) {
  const auto learnt = [](const MoveError& e) {
    const auto& [weight, one, x, xx, y, xy, yy] = e.duration;
    return migration::Learnt{{weight, one, x, xx, y, xy, yy}, {e.downtime.weight, e.downtime.mean_ms, e.downtime.variance}};
  };
  std::map<migration::HostPair, migration::Learnt> pairs;
  for (const auto& [hosts, error] : errors.pairs) pairs.emplace(pair_of(hosts.first, hosts.second), learnt(error));
  return {learnt(errors.fleet), std::move(pairs)};
}

}  // namespace headroom
