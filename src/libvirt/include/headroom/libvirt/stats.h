// One domain's statistics as virConnectGetAllDomainStats tells them, by the names it uses ("balloon.rss", "vcpu.0.delay").
// Whatever is absent, of another type or negative stays absent here, and stops nothing else.
//
// Units: nanoseconds, bytes, seconds since 1970. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace headroom::libvirt {

using Counter = std::optional<std::uint64_t>;

// A record as it came. Numbers below zero are left out by whoever fills it in.
struct Fields {
  std::map<std::string, std::uint64_t> numbers{};
  std::map<std::string, std::string> texts{};

  Counter number(const std::string& name) const;
  Counter kib(const std::string& name) const;  // in bytes
};

struct VcpuCounters {
  std::uint64_t number = 0;
  Counter time_ns, delay_ns;  // run; ready to run and not let
};

struct DeviceCounters {  // of a disk: read and written; of a NIC: received and sent
  std::string name;
  Counter in_bytes, out_bytes;
};

struct DomainStats {
  Counter state, state_reason;  // virDomainState
  Counter cpu_time_ns;          // all of it, QEMU's own threads included
  Counter vcpus, most_vcpus;
  std::vector<VcpuCounters> vcpu;
  std::optional<std::vector<DeviceCounters>> disks, nics;  // absent: nothing was told of them

  Counter memory_now, memory_most;                 // the balloon
  Counter resident;                                // of the host's memory
  Counter guest_total, guest_unused, guest_usable, swapped_in, swapped_out;
  Counter guest_updated_at;                        // when the guest last reported, by the host's clock
};

DomainStats read_stats(const Fields& fields);

// Its vCPUs without those that a domain counts although they are gone. What was plugged in and never switched on by its guest has not run for a
// tick, but its thread has waited for a processor when it began; of a thread that is not there neither is told.
std::int64_t vcpus_with_a_thread(const DomainStats& stats);

}  // namespace headroom::libvirt
