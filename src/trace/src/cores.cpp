#include "cores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "fields.h"
#include "files.h"

namespace headroom::trace {
namespace {

constexpr double kMaxCores = 10'000;

// "vm_009.csv.gz" -> "9": meta.csv has the number, the file name pads it.
std::string number_in(const std::string& file_name) {
  const std::size_t stem_end = std::min(file_name.find('.'), file_name.size());
  std::size_t first = stem_end;
  while (first > 0 && file_name[first - 1] >= '0' && file_name[first - 1] <= '9') --first;
  while (first + 1 < stem_end && file_name[first] == '0') ++first;
  return file_name.substr(first, stem_end - first);
}

}  // namespace

int cores_from_mhz(double cap_mhz) {
  constexpr std::array<double, 5> kClocks{2400, 2600, 2660, 2700, 2926};
  constexpr double kNear = 0.01;
  constexpr double kTypical = 2600;
  const int most = static_cast<int>(cap_mhz / kClocks.front()) + 1;
  for (int n = 1; n <= most; ++n)
    for (double clock : kClocks)
      if (std::abs(cap_mhz / n - clock) <= kNear * clock) return n;
  return std::max(1, static_cast<int>(std::lround(cap_mhz / kTypical)));
}

Result<const CoreTables::Table*> CoreTables::table_in(const std::filesystem::path& directory) {
  if (const auto known = tables_.find(directory); known != tables_.end()) return &known->second;
  Table& table = tables_[directory];
  const std::filesystem::path file = directory / "meta.csv";
  std::error_code ec;
  if (!std::filesystem::is_regular_file(file, ec)) return &table;
  const auto text = read_text(file);
  if (!text) return tl::unexpected(text.error());
  Lines lines(*text);
  std::string_view line;
  // A meta.csv about something else is none of ours.
  if (!lines.next(line) || !(line == "vm,cores" || line.starts_with("vm,cores,"))) return &table;
  std::vector<std::string_view> fields;
  while (lines.next(line)) {
    split(line, ',', fields);
    if (fields.size() < 2 || fields[0].empty())
      return bad_row(file, lines.number(), "needs vm,cores; complete the row");
    double cores = 0;
    const char* const wrong = parse_number(fields[1], kMaxCores, cores);
    if (wrong != nullptr) return bad_field(file, lines.number(), "cores", fields[1], wrong);
    if (cores < 1 || cores != std::floor(cores))
      return bad_field(file, lines.number(), "cores", fields[1], "not a whole number from 1");
    table[std::string(fields[0])] = static_cast<int>(cores);
  }
  return &table;
}

Result<int> CoreTables::cores_of(const std::filesystem::path& file) {
  const std::filesystem::path directory =
      file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const std::string number = number_in(file.filename().string());
  for (const std::filesystem::path& place : {directory, directory / ".."}) {
    const auto table = table_in(place);
    if (!table) return tl::unexpected(table.error());
    if (const auto found = (*table)->find(number); found != (*table)->end()) return found->second;
  }
  return 0;
}

}  // namespace headroom::trace
