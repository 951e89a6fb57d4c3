// Formats: Documentation/filesystems/proc.rst, admin-guide/iostats.rst and accounting/psi.rst of the Linux kernel.
#include "counters.h"

#include <unistd.h>

#include <algorithm>

namespace headroom::agent {
namespace {

using namespace wire::v1;

std::int64_t clamped(std::uint64_t value) { return static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX)); }

}  // namespace

CounterReader::CounterReader(const Roots& roots)
    : sys_(roots.sys), stat_(roots.proc + "/stat"), meminfo_(roots.proc + "/meminfo"), vmstat_(roots.proc + "/vmstat"),
      diskstats_(roots.proc + "/diskstats"), netdev_(roots.proc + "/net/dev"), cpu_pressure_(roots.proc + "/pressure/cpu"),
      memory_pressure_(roots.proc + "/pressure/memory"), io_pressure_(roots.proc + "/pressure/io"), loadavg_(roots.proc + "/loadavg") {}

void CounterReader::read(std::int64_t boottime_ns, Counters& counters) {
  counters = Counters{};
  counters.boottime_ns = boottime_ns;
  counters.gauges.fill(kUnknown);
  read_cpu(counters);
  read_memory(counters);
  read_swap(counters);
  read_disks(counters);
  read_nics(counters);
  read_pressure(counters);
  read_load(counters);
}

// "cpu user nice system idle iowait irq softirq steal guest guest_nice", then a line for each processor that is on.
void CounterReader::read_cpu(Counters& counters) {
  Words words(stat_.read());
  std::int64_t vcpus = 0;
  while (words.next_line()) {
    const std::string_view key = words.word();
    if (!key.starts_with("cpu")) break;
    if (key.size() > 3) {
      ++vcpus;
      continue;
    }
    counters.busy_ticks = words.number();
    counters.busy_ticks += words.number();
    counters.busy_ticks += words.number();
    words.skip(1);
    counters.iowait_ticks = words.number();
    counters.busy_ticks += words.number();
    counters.busy_ticks += words.number();
    counters.steal_ticks = words.number();
    counters.cpu_known = true;
  }
  if (vcpus > 0) counters.gauges[METRIC_VCPUS_ONLINE] = vcpus;
}

void CounterReader::read_memory(Counters& counters) {
  Words words(meminfo_.read());
  std::int64_t swap_free = 0;
  while (words.next_line()) {
    const std::string_view key = words.word();
    if (key == "MemTotal:") counters.gauges[METRIC_MEMORY_TOTAL_KIB] = clamped(words.number());
    if (key == "MemAvailable:") counters.gauges[METRIC_MEMORY_AVAILABLE_KIB] = clamped(words.number());
    if (key == "SwapTotal:") counters.gauges[METRIC_SWAP_TOTAL_KIB] = clamped(words.number());
    if (key == "SwapFree:") {
      swap_free = clamped(words.number());
      counters.gauges[METRIC_SWAP_USED_KIB] = std::max<std::int64_t>(counters.gauges[METRIC_SWAP_TOTAL_KIB] - swap_free, 0);
      return;  // all that is wanted comes before
    }
  }
}

void CounterReader::read_swap(Counters& counters) {
  Words words(vmstat_.read());
  while (words.next_line()) {
    const std::string_view key = words.word();
    if (key == "pswpin") counters.pages_in = words.number();
    if (key == "pswpout") counters.pages_out = words.number(), counters.vm_known = true;
    if (key == "oom_kill") counters.oom_kills = words.number();
  }
}

// "major minor name reads merged sectors ms writes merged sectors ms ..."
void CounterReader::read_disks(Counters& counters) {
  Words words(diskstats_.read());
  while (words.next_line()) {
    words.skip(2);
    DiskCounters disk;
    disk.name = Name(words.word());
    disk.operations = words.number();
    words.skip(1);
    disk.read_sectors = words.number();
    disk.busy_ms = words.number();
    disk.operations += words.number();
    words.skip(1);
    disk.written_sectors = words.number();
    disk.busy_ms += words.number();
    if (is_device("block", disk.name.view())) counters.disks.push(disk);
  }
}

// "name: bytes packets errs drop fifo frame compressed multicast" and the same for what was sent.
void CounterReader::read_nics(Counters& counters) {
  Words words(netdev_.read());
  while (words.next_line()) {
    std::string_view name = words.word();
    if (!name.ends_with(':')) continue;
    name.remove_suffix(1);
    NicCounters nic;
    nic.name = Name(name);
    nic.rx_bytes = words.number();
    words.skip(2);
    nic.drops = words.number();
    words.skip(4);
    nic.tx_bytes = words.number();
    words.skip(2);
    nic.drops += words.number();
    if (is_device("class/net", name)) counters.nics.push(nic);
  }
}

void CounterReader::read_pressure(Counters& counters) {
  const auto take = [&](ProcText& file, Metric some, Metric full) {
    Words words(file.read());
    while (words.next_line()) {
      const bool is_full = words.word() == "full";
      const std::string_view value = words.word();
      const Metric metric = is_full ? full : some;
      if (value.starts_with("avg10=") && metric != METRIC_CPU_MCORES) counters.gauges[metric] = hundredths(value.substr(6));
    }
  };
  take(cpu_pressure_, METRIC_CPU_PRESSURE, METRIC_CPU_MCORES);  // its "full" means nothing for a whole system
  take(memory_pressure_, METRIC_MEMORY_PRESSURE, METRIC_MEMORY_STALL);
  take(io_pressure_, METRIC_IO_PRESSURE, METRIC_CPU_MCORES);
}

// "0.20 0.18 0.12 1/80 11206"
void CounterReader::read_load(Counters& counters) {
  Words words(loadavg_.read());
  if (!words.next_line()) return;
  counters.gauges[METRIC_LOAD_1M] = hundredths(words.word());
  words.skip(2);
  const std::string_view threads = words.word();
  Words running(threads.substr(0, threads.find('/')));
  if (running.next_line()) counters.gauges[METRIC_RUNNABLE] = clamped(running.number());
}

bool CounterReader::is_device(const char* kind, std::string_view name) {
  const Name wanted(name);
  for (const Known& known : known_) {
    if (known.name == wanted) return known.device;
  }
  const std::string path = sys_ + '/' + kind + '/' + std::string(name) + "/device";
  const bool device = !name.empty() && access(path.c_str(), F_OK) == 0;
  if (known_.size() == 64) known_.clear();  // names come and go in a guest that makes many containers
  known_.push({wanted, device});
  return device;
}

}  // namespace headroom::agent
