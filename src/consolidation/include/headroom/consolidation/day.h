// One day of CPU use of many VMs, as the PlanetLab traces of CloudSim have it: 288 whole percentages a VM, five minutes
// apart. In the published model the order of the VMs decides their sizes (src/machines.h), so it is part of the input:
// ascending by name, byte by byte.
//
// read_day() takes a wide table vm,s0,...,s287 (trace/fleet.h), plain or gzipped.
// Errors: those of read_fleet(); kInvalid with one sentence for a directory, or when a VM has gaps, fractions, more than
// 100 % or not 288 samples.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "headroom/base/result.h"

namespace headroom {

inline constexpr int kSamplesPerDay = 288;

struct DayTrace {
  std::string name;
  std::array<std::uint8_t, kSamplesPerDay> percent{};  // of the VM's own size, 0 to 100
};

using Day = std::vector<DayTrace>;  // ascending by name

Result<Day> read_day(const std::filesystem::path& table);

}  // namespace headroom
