// VictoriaMetrics beside the history, with the same values: what `./bench.sh history` compares.
#pragma once

#include <optional>

#include "bench.h"
#include "headroom/trace/fleet.h"

namespace headroom::bench {

struct PeerCost {
  double values_per_cpu_s = 0, bytes_per_value = 0;
};

// Where the peers are unpacked; nullopt, and a line that says so, when it is not there.
std::optional<std::filesystem::path> victoria_metrics_program();

// A day of some VMs, ten minutes of each at a time: the shape in which it is fastest. What it takes until all is in files.
Result<PeerCost> victoria_day(const std::filesystem::path& program, const Fleet& fleet, int copies, int steps, const Setting& setting);

// One report a VM at a time, a tenth of the VMs a request, as they come in. The first steps, which make its series, do not count.
enum class Way { kLines, kRemoteWrite };
Result<PeerCost> victoria_wide(const std::filesystem::path& program, const Fleet& fleet, int copies, int steps, Way way, const Setting& setting);

}  // namespace headroom::bench
