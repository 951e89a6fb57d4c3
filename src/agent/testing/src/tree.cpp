#include "headroom/agent/testing/tree.h"

namespace headroom::agent {

void write_guest(const Tree& tree) {
  tree.write("proc/stat", "cpu  1000 50 200 9000 100 10 20 30 0 0\ncpu0 500 25 100 4500 50 5 10 15 0 0\ncpu1 500 25 100 4500 50 5 10 15 0 0\nintr 1\n");
  tree.write("proc/meminfo",
             "MemTotal:        2000000 kB\nMemFree:          900000 kB\nMemAvailable:    1500000 kB\nSwapTotal:       500000 kB\nSwapFree:        400000 kB\n");
  tree.write("proc/vmstat", "nr_free_pages 1\npswpin 100\npswpout 200\noom_kill 3\n");
  tree.write("proc/diskstats",
             "   7 0 loop0 1 0 8 1 0 0 0 0 0 1 1\n 254 0 vda 1000 0 80000 500 2000 0 160000 4000 0 900 4500\n 254 1 vda1 1000 0 80000 500 2000 0 160000 4000 0 900 4500\n");
  tree.write("proc/net/dev",
             "Inter-|   Receive |  Transmit\n face |bytes packets\n    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n  eth0: 5000 50 0 2 0 0 0 0 7000 70 0 1 0 0 0 0\n br0: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n");
  tree.write("proc/pressure/cpu", "some avg10=1.25 avg60=0.00 avg300=0.00 total=1\nfull avg10=9.00 avg60=0.00 avg300=0.00 total=1\n");
  tree.write("proc/pressure/memory", "some avg10=0.50 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.25 avg60=0.00 avg300=0.00 total=1\n");
  tree.write("proc/pressure/io", "some avg10=12.34 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
  tree.write("proc/loadavg", "0.42 0.10 0.05 3/80 1234\n");
  tree.write("proc/sys/vm/drop_caches", "0\n");
  tree.write("proc/sys/kernel/random/boot_id", "00112233-4455-6677-8899-aabbccddeeff\n");
  tree.write("sys/block/vda/device/name", "");
  tree.write("sys/class/net/eth0/device/name", "");
  tree.write("sys/devices/system/cpu/online", "0-1\n");
  tree.write("sys/devices/system/cpu/present", "0-3\n");
  tree.write("sys/devices/system/cpu/possible", "0-7\n");
  for (const int cpu : {1, 2, 3}) tree.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online", cpu == 1 ? "1\n" : "0\n");
  tree.write("sys/devices/system/memory/block_size_bytes", "8000000\n");
  tree.write("sys/devices/system/memory/memory0/state", "online\n");
  tree.write("sys/devices/system/memory/memory1/state", "offline\n");
}

}  // namespace headroom::agent
