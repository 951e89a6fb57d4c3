// Recorded load of a fleet, on a regular grid: what each VM would have used had nothing held it back (the demand a
// replay feeds to the simulated pool), and what its provider had given it.
//
// read_fleet() accepts files and directories in three formats, told apart by their content, plain or gzipped:
//   1. GWA-T-12 (Bitbrains) as published: ';'-separated, header "Timestamp [ms];CPU cores;..."; stamps are seconds.
//   2. (3 in the scorer) the curated form: header t,cpu_cap_mhz,cpu_pct,mem_cap_kb,mem_used_kb,disk_read_kbps,...
//      It has no core count. A meta.csv (header vm,cores,...) beside the file or one directory up gives it; lacking
//      that, it is the least count that makes a known clock of the archive out of the provisioned MHz.
//   3. (4 in the scorer) a wide table vm,s0,s1,...: one row a VM, percent of one core, or of memory where the file's
//      name starts with "mem"; column k is the step that starts at 300*k seconds; an empty cell is a gap. Percent of
//      memory are of an assumed provision of 4 GiB. Where cpu<x> and mem<x> of one directory hold the same VMs, the
//      two rows of a VM are joined under the name of the cpu table.
// Slot k holds the samples with floor(t / 300) = k; rows may be in any order and the last sample of a slot wins. Rows
// with a provision of 0 (the VM was off) are gaps. A gap is NaN.
//
// Directories are walked to the bottom, without following links to directories; only .csv and .csv.gz count there, and
// meta.csv does not. Files with one name under several of the given paths are one VM (its months are joined).
//
// Errors: the first bad file ends the reading with one kInvalid Error that names the file, the line and the mend;
// kNotFound for a path that does not exist. Files are only read.
// Bounds: 1 GiB unpacked a file, 20,000 VMs, 3 years of steps a VM, 4 GB of values in all, values up to 1e15.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"
#include "headroom/model/resources.h"

namespace headroom {

struct VmTrace {
  std::string name;                  // series id: path below the directory given, without ending; wide: <file>/<vm>
  int cores = 1;                     // provisioned cores (the most there were); 0 when unknown, which no format leaves it
  double core_mhz = 0;               // 0 when the trace does not say
  Instant start;                     // of slot 0; a multiple of the step since 1970
  // Demand in base units (millicores, bytes, bytes/s), one value a slot; NaN where nothing was recorded. A resource
  // that the format does not carry is empty. CPU may pass 1000*cores (turbo), memory its provision.
  std::array<std::vector<float>, kResourceCount> demand;
  // Share of each step in which the VM was held back: more was wanted than `demand` shows. Empty: never. No trace format
  // tells, a manager's history does.
  std::array<std::vector<float>, kResourceCount> stalled;
  std::vector<float> memory_provision;  // bytes, one a slot (it may change in time); empty when unknown
  std::string memory_name;           // series id of the memory where it came from a table of its own, else empty

  // A trace may lack any one resource, so the longest is asked.
  std::size_t slots() const {
    std::size_t most = 0;
    for (const std::vector<float>& d : demand) most = std::max(most, d.size());
    return most;
  }
};

struct Fleet {
  Duration step = std::chrono::minutes(5);
  std::vector<VmTrace> vms;          // ascending by name
};

Result<Fleet> read_fleet(const std::vector<std::filesystem::path>& paths);

}  // namespace headroom
