// The kernel's counters at one moment, and what two readings say of the time between.
//
// Roots are where /proc and /sys are: tests and benchmarks give recorded trees. Times are nanoseconds of CLOCK_BOOTTIME, given by
// the caller. Threads: one. Errors: none; what cannot be read is kUnknown in the sample.
#pragma once

#include <string>

#include "proc_text.h"
#include "sample.h"

namespace headroom::agent {

struct Roots {
  std::string proc = "/proc", sys = "/sys";
};

struct DiskCounters {
  Name name;
  std::uint64_t operations = 0, busy_ms = 0, read_sectors = 0, written_sectors = 0;
};
struct NicCounters {
  Name name;
  std::uint64_t rx_bytes = 0, tx_bytes = 0, drops = 0;
};

struct Counters {
  std::int64_t boottime_ns = 0;
  bool cpu_known = false, vm_known = false;
  std::uint64_t busy_ticks = 0, steal_ticks = 0, iowait_ticks = 0;
  std::uint64_t pages_in = 0, pages_out = 0, oom_kills = 0;  // of swap
  Values gauges{};  // what is not a difference; the rest kUnknown
  Few<DiskCounters, wire::kMostDevices> disks;
  Few<NicCounters, wire::kMostDevices> nics;
};

class CounterReader {
 public:
  explicit CounterReader(const Roots& roots);
  // Into `counters`, whatever was there.
  void read(std::int64_t boottime_ns, Counters& counters);

 private:
  void read_cpu(Counters& counters);
  void read_memory(Counters& counters);
  void read_swap(Counters& counters);
  void read_disks(Counters& counters);
  void read_nics(Counters& counters);
  void read_pressure(Counters& counters);
  void read_load(Counters& counters);
  // Whether it is a device rather than made of others (partition, loop, dm, bridge, veth): /sys names what stands behind it.
  // Asked once a name.
  bool is_device(const char* kind, std::string_view name);

  std::string sys_;
  ProcText stat_, meminfo_, vmstat_, diskstats_, netdev_, cpu_pressure_, memory_pressure_, io_pressure_, loadavg_;
  struct Known {
    Name name;
    bool device = false;
  };
  Few<Known, 64> known_;
};

// `before` null: the first reading, of which no rate is known.
Sample between(const Counters* before, const Counters& after);

}  // namespace headroom::agent
