// What two readings of counters say of the time between them.
#include <unistd.h>

#include <algorithm>

#include "counters.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::uint64_t kSectorBytes = 512;

// A counter that fell began anew (a device was put in place of another): nothing is known of what it counted before.
std::uint64_t risen(std::uint64_t before, std::uint64_t after) { return after >= before ? after - before : 0; }

class Span {
 public:
  explicit Span(std::int64_t ms) : ms_(static_cast<std::uint64_t>(ms)) {}
  // So many in the span, times `scale`, a second.
  std::int64_t rate(std::uint64_t count, std::uint64_t scale) const {
    const double per_s = static_cast<double>(count) * static_cast<double>(scale) * 1000.0 / static_cast<double>(ms_);
    return static_cast<std::int64_t>(std::min(per_s + 0.5, 9e18));
  }

 private:
  std::uint64_t ms_;
};

template <class List>
const auto* find(const List& list, const Name& name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.name == name; });
  return at == list.end() ? nullptr : at;
}

void take_cpu(const Counters& before, const Counters& after, Span span, Values& values) {
  if (!before.cpu_known || !after.cpu_known) return;
  static const auto ticks_per_s = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const std::uint64_t mcores_per_tick = 1000 / std::max<std::uint64_t>(ticks_per_s, 1);
  values[METRIC_CPU_MCORES] = span.rate(risen(before.busy_ticks, after.busy_ticks), mcores_per_tick);
  values[METRIC_STEAL_MCORES] = span.rate(risen(before.steal_ticks, after.steal_ticks), mcores_per_tick);
  values[METRIC_IOWAIT_MCORES] = span.rate(risen(before.iowait_ticks, after.iowait_ticks), mcores_per_tick);
}

void take_swap(const Counters& before, const Counters& after, Span span, Values& values) {
  if (!before.vm_known || !after.vm_known) return;
  static const auto page_kib = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 1024;
  values[METRIC_SWAP_IN_KIB_PER_S] = span.rate(risen(before.pages_in, after.pages_in), page_kib);
  values[METRIC_SWAP_OUT_KIB_PER_S] = span.rate(risen(before.pages_out, after.pages_out), page_kib);
  values[METRIC_OOM_KILLS] = static_cast<std::int64_t>(risen(before.oom_kills, after.oom_kills));
}

void take_disks(const Counters& before, const Counters& after, Span span, Sample& sample) {
  Values& values = sample.values;
  values[METRIC_DISK_READ_BYTES_PER_S] = values[METRIC_DISK_WRITE_BYTES_PER_S] = values[METRIC_DISK_OPS_PER_KS] = 0;
  std::uint64_t operations = 0, busy_ms = 0;
  for (const DiskCounters& disk : after.disks) {
    const DiskCounters* then = find(before.disks, disk.name);
    if (!then) continue;
    const std::uint64_t ops = risen(then->operations, disk.operations), busy = risen(then->busy_ms, disk.busy_ms);
    DiskUse use{disk.name, span.rate(risen(then->read_sectors, disk.read_sectors), kSectorBytes),
                span.rate(risen(then->written_sectors, disk.written_sectors), kSectorBytes), span.rate(ops, 1000),
                ops > 0 ? static_cast<std::int64_t>(busy * 1000 / ops) : 0};
    values[METRIC_DISK_READ_BYTES_PER_S] += use.read_bytes_per_s;
    values[METRIC_DISK_WRITE_BYTES_PER_S] += use.write_bytes_per_s;
    values[METRIC_DISK_OPS_PER_KS] += use.ops_per_ks;
    operations += ops;
    busy_ms += busy;
    sample.disks.push(use);
  }
  values[METRIC_DISK_LATENCY_US] = operations > 0 ? static_cast<std::int64_t>(busy_ms * 1000 / operations) : kUnknown;
}

void take_nics(const Counters& before, const Counters& after, Span span, Sample& sample) {
  Values& values = sample.values;
  values[METRIC_NET_RX_BYTES_PER_S] = values[METRIC_NET_TX_BYTES_PER_S] = values[METRIC_NET_DROPS_PER_KS] = 0;
  for (const NicCounters& nic : after.nics) {
    const NicCounters* then = find(before.nics, nic.name);
    if (!then) continue;
    const NicUse use{nic.name, span.rate(risen(then->rx_bytes, nic.rx_bytes), 1), span.rate(risen(then->tx_bytes, nic.tx_bytes), 1),
                     span.rate(risen(then->drops, nic.drops), 1000)};
    values[METRIC_NET_RX_BYTES_PER_S] += use.rx_bytes_per_s;
    values[METRIC_NET_TX_BYTES_PER_S] += use.tx_bytes_per_s;
    values[METRIC_NET_DROPS_PER_KS] += use.drops_per_ks;
    sample.nics.push(use);
  }
}

}  // namespace

Sample between(const Counters* before, const Counters& after) {
  Sample sample;
  sample.boottime_ns = after.boottime_ns;
  sample.values = after.gauges;
  if (!before || after.boottime_ns <= before->boottime_ns) return sample;
  sample.span_ms = std::clamp<std::int64_t>((after.boottime_ns - before->boottime_ns + 500'000) / 1'000'000, 1, UINT32_MAX);
  const Span span(sample.span_ms);
  take_cpu(*before, after, span, sample.values);
  take_swap(*before, after, span, sample.values);
  take_disks(*before, after, span, sample);
  take_nics(*before, after, span, sample);
  return sample;
}

}  // namespace headroom::agent
