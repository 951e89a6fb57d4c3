#include "headroom/trace/fleet.h"

#include <fmt/format.h>

#include <exception>

#include "cores.h"
#include "fields.h"
#include "files.h"
#include "fleet_builder.h"
#include "vm_file.h"
#include "wide_table.h"

namespace headroom {
namespace {

using namespace trace;

Result<void> read_one(const SourceFile& file, CoreTables& cores, std::vector<WideTable>& tables,
                      FleetBuilder& fleet) {
  const auto text = read_text(file.path);
  if (!text) return tl::unexpected(text.error());
  Lines lines(*text);
  std::string_view header;
  if (!lines.next(header))
    return invalid(fmt::format("{}: holds only blank lines; remove it", file.path.string()));
  if (is_gwa_header(header) || is_curated_header(header)) return read_vm_file(file, *text, cores, fleet);
  if (is_wide_header(header)) {
    auto table = read_wide_table(file, *text, fleet);
    if (!table) return tl::unexpected(table.error());
    tables.push_back(std::move(*table));
    return {};
  }
  return bad_row(file.path, lines.number(),
                 fmt::format("the header '{}' is of no known trace; it must start with 'Timestamp [ms];', "
                             "'t,cpu_cap_mhz,' or 'vm,s0,'",
                             shown(header)));
}

Result<Fleet> read_all(const std::vector<std::filesystem::path>& paths) {
  const auto files = find_files(paths);
  if (!files) return tl::unexpected(files.error());
  FleetBuilder fleet;
  CoreTables cores;
  std::vector<WideTable> tables;
  for (const SourceFile& file : *files)
    if (auto ok = read_one(file, cores, tables, fleet); !ok) return tl::unexpected(ok.error());
  join_memory(tables, fleet);
  return std::move(fleet).finish();
}

}  // namespace

Result<Fleet> read_fleet(const std::vector<std::filesystem::path>& paths) {
  try {
    return read_all(paths);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::kFailed, "not enough memory for the traces; give fewer");
  } catch (const std::exception& e) {
    return fail(ErrorCode::kFailed, fmt::format("reading the traces failed: {}", e.what()));
  }
}

}  // namespace headroom
