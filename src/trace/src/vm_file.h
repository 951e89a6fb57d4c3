// Formats 1 and 2 of fleet.h: one file, one VM, a row a sample.
#pragma once

#include <string_view>

#include "cores.h"
#include "files.h"
#include "fleet_builder.h"

namespace headroom::trace {

bool is_gwa_header(std::string_view header);
bool is_curated_header(std::string_view header);

Result<void> read_vm_file(const SourceFile& file, std::string_view text, CoreTables& core_tables,
                          FleetBuilder& fleet);

}  // namespace headroom::trace
