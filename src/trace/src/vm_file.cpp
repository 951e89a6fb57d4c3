#include "vm_file.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "fields.h"

namespace headroom::trace {
namespace {

enum Field {
  kTime,
  kCores,
  kCpuCap,
  kCpuPct,
  kMemCap,
  kMemUsed,
  kDiskRead,
  kDiskWrite,
  kNetRx,
  kNetTx,
  kFieldCount
};

struct FieldNames {
  const char* gwa;
  const char* curated;  // nullptr: this format has no such column
};
constexpr std::array<FieldNames, kFieldCount> kNames{{
    {"Timestamp [ms]", "t"},
    {"CPU cores", nullptr},
    {"CPU capacity provisioned [MHZ]", "cpu_cap_mhz"},
    {"CPU usage [%]", "cpu_pct"},
    {"Memory capacity provisioned [KB]", "mem_cap_kb"},
    {"Memory usage [KB]", "mem_used_kb"},
    {"Disk read throughput [KB/s]", "disk_read_kbps"},
    {"Disk write throughput [KB/s]", "disk_write_kbps"},
    {"Network received throughput [KB/s]", "net_rx_kbps"},
    {"Network transmitted throughput [KB/s]", "net_tx_kbps"},
}};

constexpr double kMaxEpoch_s = 4'102'444'800;  // the year 2100
constexpr double kMaxCores = 10'000;
constexpr double kLeastMhz = 1;  // 0 says that the VM was off
constexpr std::array<double, kFieldCount> kMost{kMaxEpoch_s,      kMaxCores,        1e8,
                                                kMaxPercent,      kMaxValue / 1024, kMaxValue / 1024,
                                                kMaxValue / 1000, kMaxValue / 1000, kMaxValue / 1000,
                                                kMaxValue / 1000};
constexpr std::size_t kAbsent = ~std::size_t{0};

using Row = std::array<double, kFieldCount>;

// Reads the rows of one file: the header first, then row after row into numbers.
class VmFile {
 public:
  VmFile(const std::filesystem::path& path, std::string_view text) : path_(path), text_(text), lines_(text) {}

  Result<void> read_header();
  bool next_line();
  Result<double> time();  // of the current line
  Result<Row> row();      // the current line
  void rewind();          // to the first row
  bool has_cores() const { return at_[kCores] != kAbsent; }
  std::size_t line_number() const { return lines_.number(); }

 private:
  Result<void> number(Field field, double& value);

  const std::filesystem::path& path_;
  std::string_view text_;
  Lines lines_;
  std::string_view line_;
  char separator_ = ',';
  std::size_t width_ = 0;
  std::array<std::size_t, kFieldCount> at_{};
  std::vector<std::string_view> fields_;
};

Result<void> VmFile::read_header() {
  next_line();
  const bool gwa = is_gwa_header(line_);
  separator_ = gwa ? ';' : ',';
  split(line_, separator_, fields_);
  width_ = fields_.size();
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    const char* const wanted = gwa ? kNames[f].gwa : kNames[f].curated;
    at_[f] = kAbsent;
    if (wanted == nullptr) continue;
    for (std::size_t i = 0; i < width_; ++i)
      if (fields_[i] == wanted) at_[f] = i;
    if (at_[f] == kAbsent)
      return bad_row(path_, lines_.number(),
                     fmt::format("the column '{}' is missing; add it to the file", wanted));
  }
  return {};
}

bool VmFile::next_line() {
  return lines_.next(line_);
}

void VmFile::rewind() {
  lines_ = Lines(text_);
  next_line();
}

Result<void> VmFile::number(Field field, double& value) {
  const std::string_view text = fields_[at_[field]];
  const char* wrong = parse_number(text, kMost[field], value);
  if (wrong == nullptr && field == kCpuCap && value > 0 && value < kLeastMhz) wrong = "less than 1 MHz and not 0";
  if (wrong == nullptr) return {};
  const std::string_view column = separator_ == ';' ? kNames[field].gwa : kNames[field].curated;
  if (field == kTime && std::isfinite(value) && value > kMaxEpoch_s)
    return bad_field(path_, lines_.number(), column, text,
                     "after the year 2100 (stamps are seconds since 1970)");
  return bad_field(path_, lines_.number(), column, text, wrong);
}

Result<double> VmFile::time() {
  // Cheap first pass: the stamp's field alone.
  std::string_view rest = line_;
  for (std::size_t i = 0; i < at_[kTime] && !rest.empty(); ++i) {
    const std::size_t end = rest.find(separator_);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  fields_.assign(at_[kTime] + 1, trimmed(rest.substr(0, rest.find(separator_))));
  double seconds = 0;
  if (auto ok = number(kTime, seconds); !ok) return tl::unexpected(ok.error());
  return seconds;
}

Result<Row> VmFile::row() {
  split(line_, separator_, fields_);
  if (fields_.size() != width_)
    return bad_row(path_, lines_.number(),
                   fmt::format("has {} columns where the header has {}; mend or remove the row",
                               fields_.size(), width_));
  Row row{};
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (at_[f] == kAbsent) continue;
    if (auto ok = number(static_cast<Field>(f), row[f]); !ok) return tl::unexpected(ok.error());
  }
  return row;
}

struct Span {
  std::int64_t first = 0, last = -1;
};
std::int64_t slot_of(double seconds) {
  return static_cast<std::int64_t>(std::floor(seconds / kStep_s));
}

// Where the stamps begin and end, so that the grid is sized once whatever their order.
Result<Span> find_span(VmFile& in, const std::filesystem::path& path) {
  Span span;
  while (in.next_line()) {
    const auto seconds = in.time();
    if (!seconds) return tl::unexpected(seconds.error());
    const std::int64_t slot = slot_of(*seconds);
    if (span.last < 0) span = {slot, slot};
    span.first = std::min(span.first, slot);
    span.last = std::max(span.last, slot);
    if (span.last - span.first >= kMaxSlots)
      return bad_row(
          path, in.line_number(),
          fmt::format("the time stamp {} is over 3 years away from another; mend it or split the file",
                      to_rfc3339(instant_from_epoch_seconds(static_cast<std::int64_t>(*seconds)))));
  }
  if (span.last < 0) return bad_row(path, 1, "a header and no rows; remove the file or fetch it again");
  return span;
}

// Cores behind a row. The first row that tells fixes the VM's clock; a later change of the MHz is a change of
// cores. Nothing when those would be absurdly many.
std::optional<double> cores_in(const Row& row, bool has_cores, int known_cores, GrowingVm& vm) {
  if (vm.core_mhz == 0) {
    vm.cores = has_cores          ? static_cast<int>(std::lround(row[kCores]))
               : known_cores != 0 ? known_cores
                                  : cores_from_mhz(row[kCpuCap]);
    vm.cores = std::max(1, vm.cores);
    vm.core_mhz = row[kCpuCap] / vm.cores;
  }
  const double cores = has_cores ? row[kCores] : row[kCpuCap] / vm.core_mhz;
  if (cores > kMaxCores) return std::nullopt;
  vm.cores = std::max(vm.cores, static_cast<int>(std::lround(cores)));
  return cores;
}

void store(const Row& row, double cores, GrowingVm& vm) {
  constexpr double kKib = 1024, kKb = 1000;  // memory is counted in powers of two, rates in powers of ten
  const std::int64_t slot = slot_of(row[kTime]);
  vm.set(index(Resource::kCpu), slot, row[kCpuPct] / 100 * cores * 1000);
  vm.set(index(Resource::kMemory), slot, row[kMemUsed] * kKib);
  vm.set(index(Resource::kDisk), slot, (row[kDiskRead] + row[kDiskWrite]) * kKb);
  vm.set(index(Resource::kNetwork), slot, (row[kNetRx] + row[kNetTx]) * kKb);
  vm.set(kMemoryProvision, slot, row[kMemCap] * kKib);
}

bool is_off(const Row& row, bool has_cores) {
  return row[kCpuCap] == 0 || row[kMemCap] == 0 || (has_cores && row[kCores] == 0);
}

}  // namespace

bool is_gwa_header(std::string_view header) {
  return header.find(';') != header.npos && header.starts_with("Timestamp");
}
bool is_curated_header(std::string_view header) {
  return header.starts_with("t,cpu_cap_mhz,");
}

Result<void> read_vm_file(const SourceFile& file, std::string_view text, CoreTables& core_tables,
                          FleetBuilder& fleet) {
  VmFile in(file.path, text);
  if (auto ok = in.read_header(); !ok) return ok;
  const auto span = find_span(in, file.path);
  if (!span) return tl::unexpected(span.error());
  int known_cores = 0;
  if (!in.has_cores()) {
    const auto cores = core_tables.cores_of(file.path);
    if (!cores) return tl::unexpected(cores.error());
    known_cores = *cores;
  }
  const auto vm = fleet.grow(file.id, span->first, span->last,
                             {index(Resource::kCpu), index(Resource::kMemory), index(Resource::kDisk),
                              index(Resource::kNetwork), kMemoryProvision});
  if (!vm) return invalid(fmt::format("{}: {}", file.path.string(), vm.error().message));
  in.rewind();
  while (in.next_line()) {
    const auto row = in.row();
    if (!row) return tl::unexpected(row.error());
    if (is_off(*row, in.has_cores())) continue;
    const auto cores = cores_in(*row, in.has_cores(), known_cores, **vm);
    if (!cores)
      return bad_row(file.path, in.line_number(),
                     fmt::format("{:g} MHz would be over {} cores of {:g} MHz, the clock of an earlier row; mend the value",
                                 (*row)[kCpuCap], kMaxCores, (*vm)->core_mhz));
    store(*row, *cores, **vm);
  }
  return {};
}

}  // namespace headroom::trace
