#include "log_row.h"

#include <limits>

#include "varint.h"

namespace headroom::history {
namespace {

constexpr char kReports = 'r', kGroups = 'g', kMarks = 'm';
constexpr std::size_t kMostMark = 255;
constexpr std::uint64_t kMostNumber = std::numeric_limits<std::uint32_t>::max();

// One record onto what waits of its VM; `to` may be nullptr.
bool take_record(VarintReader& in, Waiting* to) {
  RecordBase nobody;
  nobody.known = true;   // read over, whatever it is against
  const std::string_view before = in.rest();
  if (!read_record(in, to != nullptr ? to->base : nobody)) return false;
  if (to == nullptr) return true;
  to->records.append(before.substr(0, before.size() - in.rest().size()));
  ++to->count;
  return true;
}

// Calls `entry(VM number)` at each, which reads what is behind the number and says whether it is whole.
template <class Entry>
bool read_entries(VarintReader& in, const Entry& entry) {
  std::int64_t number = 0;
  while (!in.done()) {
    number = wrapping_add(number, unzigzag(in.next()));
    if (!in.ok() || number < 0 || static_cast<std::uint64_t>(number) > kMostNumber) return false;
    if (!entry(static_cast<std::uint32_t>(number))) return false;
  }
  return true;
}

// Where the mark does not count, neither does whether the change fits it.
bool take_mark(VarintReader& in, std::string* mark) {
  std::string nobodys(kMostMark, '\0');
  return read_mark_change(in, mark != nullptr ? *mark : nobodys);
}

// Calls `group(waiting or nullptr, records)`, which says whether the records are whole.
template <class Group>
bool read_groups(VarintReader& in, const FindWaiting& find, const Group& group) {
  while (!in.done()) {
    const std::uint64_t number = in.next();
    const std::string_view records = in.bytes(in.next());
    if (!in.ok() || number > kMostNumber) return false;
    if (!group(find(static_cast<std::uint32_t>(number)), records)) return false;
  }
  return true;
}

bool take_records(Waiting* to, std::string_view records) {
  VarintReader in(records);
  while (!in.done())
    if (!take_record(in, to)) return false;
  return true;
}

bool take_records_v1(Waiting* to, std::string_view records) {
  constexpr unsigned kGuestStatistics = 1U << kResourceCount;   // the bits below it say which stalled are not 0
  VarintReader in(records);
  while (!in.done()) {
    StoredSample s;
    const auto flags = static_cast<std::uint8_t>(in.bytes(1).front());
    s.guest_statistics = (flags & kGuestStatistics) != 0;
    s.at_ms = static_cast<std::int64_t>(in.next());
    for (std::int64_t& used : s.used) used = static_cast<std::int64_t>(in.next());
    for (std::size_t r = 0; r < kResourceCount; ++r)
      if ((flags & 1U << r) != 0) s.stalled[r] = static_cast<std::uint16_t>(in.next());
    if (!in.ok()) return false;
    if (to != nullptr) to->add(s);
  }
  return true;
}

}  // namespace

RowWriter RowWriter::reports() { return RowWriter(kReports); }
RowWriter RowWriter::marks() { return RowWriter(kMarks); }

void RowWriter::add(std::uint32_t vm_number, std::string_view record_or_change) {
  if (bytes_.empty()) bytes_.push_back(kind_);
  put_varint(bytes_, zigzag(std::int64_t{vm_number} - std::int64_t{last_}));
  bytes_.append(record_or_change);
  last_ = vm_number;
}

void RowWriter::clear() {
  bytes_.clear();
  last_ = 0;
}

void put_group(std::string& row, std::uint32_t vm_number, std::string_view records) {
  if (row.empty()) row.push_back(kGroups);
  put_varint(row, vm_number);
  put_varint(row, records.size());
  row.append(records);
}

bool read_row(std::string_view row, const FindWaiting& find, const FindMark& find_mark) {
  if (row.empty()) return false;
  VarintReader in(row.substr(1));
  if (row.front() == kReports) return read_entries(in, [&](std::uint32_t vm) { return take_record(in, find(vm)); });
  if (row.front() == kMarks) return read_entries(in, [&](std::uint32_t vm) { return take_mark(in, find_mark(vm)); });
  return row.front() == kGroups && read_groups(in, find, take_records);
}

bool read_row_v1(std::string_view row, const FindWaiting& find) {
  VarintReader in(row);
  return read_groups(in, find, take_records_v1);
}

}  // namespace headroom::history
