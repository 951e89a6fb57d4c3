// A benchmark measures something and says what a baseline or a peer makes of the same in the same run. To add
// one: a file <name>_bench.cpp with a function of type Bench, and a line in the table of main.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::bench {

struct Beside {
  std::string name;  // "one RocksDB row a report"
  double value = 0;
};

struct Figure {
  std::string name;  // "append"
  std::string unit;  // "values per CPU-second"
  double value = 0;
  std::vector<Beside> beside;  // what others make of the same: first the baseline, then peers; may be empty
};

struct Setting {
  std::uint64_t seed = 1;
  std::filesystem::path scratch;  // empty directory of its own; removed afterwards
  std::filesystem::path examples;
  std::filesystem::path models;
  std::filesystem::path scripts;  // what the benchmarks hand to other programs
};

using Bench = Result<std::vector<Figure>> (*)(const Setting& setting);

Result<std::vector<Figure>> agent_bench(const Setting& setting);
Result<std::vector<Figure>> api_bench(const Setting& setting);
Result<std::vector<Figure>> forecast_bench(const Setting& setting);
Result<std::vector<Figure>> history_bench(const Setting& setting);
Result<std::vector<Figure>> fleet_bench(const Setting& setting);
Result<std::vector<Figure>> ingest_bench(const Setting& setting);
Result<std::vector<Figure>> loop_bench(const Setting& setting);
Result<std::vector<Figure>> migration_bench(const Setting& setting);
Result<std::vector<Figure>> planner_bench(const Setting& setting);
Result<std::vector<Figure>> start_bench(const Setting& setting);

// CPU time of this process so far, all threads: the machine may be shared, so wall time says little.
double cpu_seconds();
double resident_mib();

}  // namespace headroom::bench
