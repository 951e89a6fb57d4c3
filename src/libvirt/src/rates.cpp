#include "headroom/libvirt/rates.h"

#include <algorithm>

namespace headroom::libvirt {
namespace {

// A sum of counters' growth. One counter of which nothing can be said spoils it.
class Growth {
 public:
  void add(const Counter& before, const Counter& after, bool was_there) {
    if (!after && !before) return;
    if (!before && !was_there) return;  // it came meanwhile: counted from now on
    if (!before || !after || *after < *before) known_ = false;
    else sum_ += static_cast<double>(*after - *before);
    any_ = true;
  }
  std::optional<double> sum() const { return known_ ? std::optional(sum_) : std::nullopt; }
  bool any() const { return any_; }  // there was something to count

 private:
  double sum_ = 0;
  bool known_ = true, any_ = false;
};

const VcpuCounters* find(const std::vector<VcpuCounters>& all, std::uint64_t number) {
  for (const VcpuCounters& v : all)
    if (v.number == number) return &v;
  return nullptr;
}

struct CpuGrowth {
  std::optional<double> run_ns;
  double delay_ns = 0;
};

CpuGrowth cpu(const DomainStats& before, const DomainStats& after) {
  Growth run, delay;
  for (const VcpuCounters& now : after.vcpu) {
    const VcpuCounters* then = find(before.vcpu, now.number);
    run.add(then ? then->time_ns : Counter(), now.time_ns, then != nullptr);
    delay.add(then ? then->delay_ns : Counter(), now.delay_ns, then != nullptr);
  }
  if (run.any()) return {run.sum(), delay.sum().value_or(0)};
  const bool told_by_vcpu = std::any_of(before.vcpu.begin(), before.vcpu.end(), [](const VcpuCounters& v) { return v.time_ns.has_value(); });
  if (told_by_vcpu || !before.cpu_time_ns || !after.cpu_time_ns || *after.cpu_time_ns < *before.cpu_time_ns) return {};
  return {static_cast<double>(*after.cpu_time_ns - *before.cpu_time_ns), 0};
}

using Devices = std::optional<std::vector<DeviceCounters>>;

std::optional<double> bytes(const Devices& before, const Devices& after) {
  if (!before || !after) return std::nullopt;
  Growth growth;
  for (const DeviceCounters& now : *after) {
    const auto then = std::find_if(before->begin(), before->end(), [&](const DeviceCounters& d) { return d.name == now.name; });
    const bool was_there = then != before->end();
    growth.add(was_there ? then->in_bytes : Counter(), now.in_bytes, was_there);
    growth.add(was_there ? then->out_bytes : Counter(), now.out_bytes, was_there);
  }
  return growth.sum();
}

std::optional<double> guest_used(const DomainStats& s, bool balloon_is_used) {
  const Counter& spare = s.guest_usable ? s.guest_usable : s.guest_unused;
  if (!s.guest_total || !spare || *spare > *s.guest_total) return std::nullopt;
  const std::uint64_t used = *s.guest_total - *spare;
  if (!balloon_is_used || !s.memory_most || !s.memory_now || *s.memory_most < *s.memory_now) return static_cast<double>(used);
  return static_cast<double>(used - std::min(used, *s.memory_most - *s.memory_now));
}

// The process has QEMU's own memory besides the guest's, and the guest's may have been larger once.
std::optional<double> resident(const DomainStats& s) {
  if (!s.resident) return s.memory_now ? std::optional(static_cast<double>(*s.memory_now)) : std::nullopt;
  return static_cast<double>(s.memory_now ? std::min(*s.resident, *s.memory_now) : *s.resident);
}

void measure_cpu(const Reading& before, const Reading& after, Measurement& m) {
  const CpuGrowth growth = cpu(before.stats, after.stats);
  if (!growth.run_ns) return;
  const double interval_ns = 1e6 * static_cast<double>(m.interval.count());
  const auto vcpus = std::max<std::uint64_t>({1, after.stats.vcpus.value_or(0), before.stats.vcpus.value_or(0), after.stats.vcpu.size()});
  // The ends of an interval are not read in the same instant as our clock.
  m.used[index(Resource::kCpu)] = std::min(*growth.run_ns / interval_ns, static_cast<double>(vcpus)) * 1000;
  m.stalled[index(Resource::kCpu)] =
      static_cast<float>(std::clamp(growth.delay_ns / (interval_ns * static_cast<double>(vcpus)), 0.0, 1.0));
}

void measure_memory(const Reading& before, const Reading& after, Duration fresh, Measurement& m) {
  const auto told = guest_used(after.stats, after.balloon_is_used);
  m.guest_statistics = told && m.guest_age && *m.guest_age <= fresh;
  m.used[index(Resource::kMemory)] = m.guest_statistics ? told : resident(after.stats);
  const Counter &then = before.stats.swapped_in, &now = after.stats.swapped_in;
  if (m.guest_statistics && then && now && *now > *then) m.stalled[index(Resource::kMemory)] = 1;
}

void measure_bytes(const Reading& before, const Reading& after, Measurement& m) {
  const double seconds = static_cast<double>(m.interval.count()) / 1000;
  if (const auto moved = bytes(before.stats.disks, after.stats.disks)) m.used[index(Resource::kDisk)] = *moved / seconds;
  if (const auto moved = bytes(before.stats.nics, after.stats.nics)) m.used[index(Resource::kNetwork)] = *moved / seconds;
}

bool comparable(const Reading& before, const Reading& after, Duration longest) {
  return before.host == after.host && before.run == after.run && after.at > before.at && after.at - before.at <= longest;
}

// When the guest's word is from. Of a first reading the host's clock says it, which may be ahead of ours.
std::optional<Instant> first_word(const Reading& r) {
  if (!r.stats.guest_updated_at || *r.stats.guest_updated_at == 0 || *r.stats.guest_updated_at > 7'258'118'400) return std::nullopt;
  return std::min(r.at, instant_from_epoch_seconds(static_cast<std::int64_t>(*r.stats.guest_updated_at)));
}

}  // namespace

std::optional<Sample> Measurement::sample() const {
  Sample s;
  s.at = at;
  for (std::size_t k = 0; k < kResourceCount; ++k) {
    if (!used[k]) return std::nullopt;
    s.used[k] = *used[k];
    s.stalled[k] = stalled[k];
  }
  s.guest_statistics = guest_statistics;
  return s;
}

std::optional<Measurement> RateBook::take(Reading reading) {
  const auto found = known_.find(reading.vm);
  if (found == known_.end() || !comparable(found->second.last, reading, options_.longest)) {
    const std::string vm = reading.vm;
    const auto word = first_word(reading);
    known_.insert_or_assign(vm, Known{std::move(reading), word});
    return std::nullopt;
  }
  Known& known = found->second;
  if (reading.at - known.last.at < options_.shortest) return std::nullopt;
  if (reading.stats.guest_updated_at && reading.stats.guest_updated_at != known.last.stats.guest_updated_at)
    known.guest_changed_at = reading.at;
  Measurement m;
  m.at = reading.at;
  m.interval = reading.at - known.last.at;
  if (known.guest_changed_at) m.guest_age = reading.at - *known.guest_changed_at;
  measure_cpu(known.last, reading, m);
  measure_memory(known.last, reading, options_.guest_age, m);
  measure_bytes(known.last, reading, m);
  known.last = std::move(reading);
  return m;
}

void RateBook::forget_before(Instant now) {
  std::erase_if(known_, [&](const auto& entry) { return now - entry.second.last.at > options_.longest; });
}

}  // namespace headroom::libvirt
