// Format 3 of fleet.h: one row a VM, one column a step.
#pragma once

#include <set>
#include <string_view>

#include "files.h"
#include "fleet_builder.h"

namespace headroom::trace {

bool is_wide_header(std::string_view header);

// What a table held, for join_memory().
struct WideTable {
  std::filesystem::path directory;
  std::string id;  // of the file: its VMs are <id>/<vm>
  bool memory = false;
  std::set<std::string, std::less<>> vms;
};

Result<WideTable> read_wide_table(const SourceFile& file, std::string_view text, FleetBuilder& fleet);

// Joins mem<x> to cpu<x> where both lie in one directory and hold the same VMs.
void join_memory(const std::vector<WideTable>& tables, FleetBuilder& fleet);

}  // namespace headroom::trace
