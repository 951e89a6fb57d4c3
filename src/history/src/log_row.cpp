#include "log_row.h"

#include <limits>

#include "varint.h"

namespace headroom::history {
namespace {

constexpr unsigned kGuestStatistics = 1U << kResourceCount;  // the bits below it say which stalled are not 0

}  // namespace

void put_record(std::string& out, const StoredSample& s) {
  unsigned flags = s.guest_statistics ? kGuestStatistics : 0;
  for (std::size_t r = 0; r < kResourceCount; ++r)
    if (s.stalled[r] != 0) flags |= 1U << r;
  out.push_back(static_cast<char>(flags));
  put_varint(out, static_cast<std::uint64_t>(s.at_ms));
  for (std::int64_t used : s.used) put_varint(out, static_cast<std::uint64_t>(used));
  for (std::uint16_t stalled : s.stalled)
    if (stalled != 0) put_varint(out, stalled);
}

bool read_records(std::string_view records, std::vector<StoredSample>& samples) {
  VarintReader in(records);
  while (!in.done()) {
    StoredSample s;
    const std::string_view flag_byte = in.bytes(1);
    const auto flags = static_cast<std::uint8_t>(flag_byte.front());
    s.guest_statistics = (flags & kGuestStatistics) != 0;
    s.at_ms = static_cast<std::int64_t>(in.next());
    for (std::int64_t& used : s.used) used = static_cast<std::int64_t>(in.next());
    for (std::size_t r = 0; r < kResourceCount; ++r)
      if ((flags & 1U << r) != 0) s.stalled[r] = static_cast<std::uint16_t>(in.next());
    if (!in.ok()) return false;
    samples.push_back(s);
  }
  return true;
}

void put_group(std::string& row, std::uint32_t vm_number, std::string_view records) {
  put_varint(row, vm_number);
  put_varint(row, records.size());
  row.append(records);
}

bool read_groups(std::string_view row, const std::function<void(std::uint32_t, std::string_view)>& group) {
  VarintReader in(row);
  while (!in.done()) {
    const std::uint64_t number = in.next();
    const std::string_view records = in.bytes(in.next());
    if (!in.ok() || number > std::numeric_limits<std::uint32_t>::max()) return false;
    group(static_cast<std::uint32_t>(number), records);
  }
  return true;
}

}  // namespace headroom::history
