// Recorded load of a fleet, on a regular grid: what each VM would have used had nothing held it back (the demand a
// replay feeds to the simulated pool), and what its provider had given it.
//
// read_fleet() accepts files and directories in three formats, told apart by their content, plain or gzipped:
//   1. GWA-T-12 (Bitbrains) as published: ';'-separated, header "Timestamp [ms];CPU cores;..."; stamps are seconds.
//   2. (3 in the scorer) the curated form: header t,cpu_cap_mhz,cpu_pct,mem_cap_kb,mem_used_kb,disk_read_kbps,...
//   3. (4 in the scorer) a wide table vm,s0,s1,...: one row a VM, percent of one core, or of memory where the file's
//      name starts with "mem"; column k is the step that starts at 300*k seconds.
// Files of one name in several paths are one VM (its months are joined). The last sample of a slot wins. A gap is NaN.
//
// Errors: the first bad file ends the reading with one kInvalid Error that names the file, the line and the mend.
// Bounds: 1 GiB unpacked a file, 20,000 VMs, 3 years of steps a VM, values up to 1e15.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"
#include "headroom/model/resources.h"

namespace headroom {

struct VmTrace {
  std::string name;                  // series id: file name without ending, or <file>/<vm> in a wide table
  int cores = 1;                     // provisioned cores
  double core_mhz = 0;               // 0 when the trace does not say
  Instant start;                     // of slot 0; a multiple of the step since 1970
  // Demand in base units (millicores, bytes, bytes/s), one value a slot; NaN where nothing was recorded. A resource
  // that the format does not carry is empty. CPU may pass 1000*cores (turbo).
  std::array<std::vector<float>, kResourceCount> demand;
  std::vector<float> memory_provision;  // bytes, one a slot (it may change in time); empty when unknown

  std::size_t slots() const { return demand[0].size(); }
};

struct Fleet {
  Duration step = std::chrono::minutes(5);
  std::vector<VmTrace> vms;          // ascending by name
};

Result<Fleet> read_fleet(const std::vector<std::filesystem::path>& paths);

}  // namespace headroom
