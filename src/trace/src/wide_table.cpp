#include "wide_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fields.h"

namespace headroom::trace {
namespace {

constexpr double kAssumedProvision = 4.0 * (1 << 30);
constexpr std::size_t kMaxNameLength = 255;

std::string last_part(const std::string& id) {
  return id.substr(id.rfind('/') + 1);
}  // npos + 1 = 0

Result<void> check_header(const std::filesystem::path& path, const std::vector<std::string_view>& fields) {
  if (static_cast<std::int64_t>(fields.size()) - 1 > kMaxSlots)
    return bad_row(path, 1, fmt::format("has {} steps, over 3 years; split the table", fields.size() - 1));
  for (std::size_t i = 1; i < fields.size(); ++i)
    if (fields[i] != fmt::format("s{}", i - 1))
      return bad_row(
          path, 1,
          fmt::format("column {} of the header is '{}' and should be s{}", i + 1, shown(fields[i]), i - 1));
  return {};
}

Result<void> check_name(const std::filesystem::path& path, std::size_t line, std::string_view vm,
                        WideTable& table) {
  if (vm.empty() || vm.size() > kMaxNameLength || shown(vm, vm.size()) != vm)
    return bad_row(path, line,
                   fmt::format("the name '{}' is not 1 to {} printable characters; name the VM", shown(vm),
                               kMaxNameLength));
  if (!table.vms.emplace(vm).second)
    return bad_row(path, line, fmt::format("the VM '{}' is in the table twice; remove one row", shown(vm)));
  return {};
}

Result<void> store_row(const std::filesystem::path& path, std::size_t line,
                       const std::vector<std::string_view>& fields, bool memory, GrowingVm& vm) {
  for (std::size_t i = 1; i < fields.size(); ++i) {
    if (fields[i].empty()) continue;
    double percent = 0;
    if (const char* const wrong = parse_number(fields[i], kMaxPercent, percent))
      return bad_field(path, line, fmt::format("s{}", i - 1), fields[i], wrong);
    const auto slot = static_cast<std::int64_t>(i - 1);
    if (memory) {
      vm.set(index(Resource::kMemory), slot, percent / 100 * kAssumedProvision);
      vm.set(kMemoryProvision, slot, kAssumedProvision);
    } else {
      vm.set(index(Resource::kCpu), slot, percent / 100 * 1000);
    }
  }
  return {};
}

}  // namespace

bool is_wide_header(std::string_view header) {
  return header == "vm,s0" || header.starts_with("vm,s0,");
}

Result<WideTable> read_wide_table(const SourceFile& file, std::string_view text, FleetBuilder& fleet) {
  WideTable table{file.path.parent_path(), file.id, last_part(file.id).starts_with("mem"), {}};
  Lines lines(text);
  std::string_view line;
  std::vector<std::string_view> fields;
  lines.next(line);
  split(line, ',', fields);
  if (auto ok = check_header(file.path, fields); !ok) return tl::unexpected(ok.error());
  const std::size_t width = fields.size();
  const auto last_slot = static_cast<std::int64_t>(width) - 2;
  while (lines.next(line)) {
    split(line, ',', fields);
    if (fields.size() != width)
      return bad_row(file.path, lines.number(),
                     fmt::format("has {} columns where the header has {}; mend or remove the row",
                                 fields.size(), width));
    if (auto ok = check_name(file.path, lines.number(), fields[0], table); !ok)
      return tl::unexpected(ok.error());
    const std::string name = fmt::format("{}/{}", file.id, fields[0]);
    const auto vm = table.memory
                        ? fleet.grow(name, 0, last_slot, {index(Resource::kMemory), kMemoryProvision})
                        : fleet.grow(name, 0, last_slot, {index(Resource::kCpu)});
    if (!vm) return bad_row(file.path, lines.number(), vm.error().message);
    if (auto ok = store_row(file.path, lines.number(), fields, table.memory, **vm); !ok)
      return tl::unexpected(ok.error());
  }
  if (table.vms.empty())
    return bad_row(file.path, 1, "a header and no rows; remove the file or fetch it again");
  return table;
}

void join_memory(const std::vector<WideTable>& tables, FleetBuilder& fleet) {
  for (const WideTable& memory : tables) {
    if (!memory.memory) continue;
    std::string cpu_id = memory.id;
    cpu_id.replace(cpu_id.rfind('/') + 1, 3, "cpu");
    const auto cpu = std::find_if(tables.begin(), tables.end(), [&](const WideTable& t) {
      return t.id == cpu_id && t.directory == memory.directory && t.vms == memory.vms;
    });
    if (cpu == tables.end()) continue;
    for (const std::string& vm : memory.vms) {
      const auto from = fleet.vms().find(memory.id + "/" + vm);
      const auto to = fleet.vms().find(cpu->id + "/" + vm);
      if (from == fleet.vms().end() || to == fleet.vms().end()) continue;  // joined before
      to->second.take(index(Resource::kMemory), from->second);
      to->second.take(kMemoryProvision, from->second);
      to->second.memory_name = from->first;
      fleet.vms().erase(from);
    }
  }
}

}  // namespace headroom::trace
