#include "record.h"

namespace headroom::history {
namespace {

constexpr unsigned kStalledChanged = 1, kGuestStatistics = 2, kWholeUnits = 4, kWholeKib = 8, kSameStep = 16, kAbsolute = 32, kAllFlags = 63;
constexpr std::int64_t kUnit = 1000, kKib = 1024;   // what reports come in: whole base units, memory in KiB

struct Divisors {
  std::int64_t used, memory;
  explicit Divisors(unsigned flags) : used((flags & kWholeUnits) != 0 ? kUnit : 1), memory(used * ((flags & kWholeKib) != 0 ? kKib : 1)) {}
  std::int64_t operator[](std::size_t r) const { return r == index(Resource::kMemory) ? memory : used; }
};

unsigned divisors_of(const std::array<std::int64_t, kResourceCount>& changes) {
  for (const std::int64_t c : changes)
    if (c % kUnit != 0) return 0;
  return changes[index(Resource::kMemory)] % (kUnit * kKib) == 0 ? kWholeUnits | kWholeKib : kWholeUnits;
}

unsigned changed(const StoredSample& a, const StoredSample& b) {
  unsigned which = 0;
  for (std::size_t r = 0; r < kResourceCount; ++r)
    if (a.stalled[r] != b.stalled[r]) which |= 1U << r;
  return which;
}

}  // namespace

void put_record(std::string& out, const StoredSample& sample, RecordBase& base) {
  const unsigned absolute = base.known ? 0 : kAbsolute;
  if (!base.known) base = RecordBase();
  std::array<std::int64_t, kResourceCount> changes{};
  for (std::size_t r = 0; r < kResourceCount; ++r) changes[r] = wrapping_sub(sample.used[r], base.last.used[r]);
  const unsigned stalled = changed(sample, base.last);
  const std::int64_t step_ms = wrapping_sub(sample.at_ms, base.last.at_ms);
  unsigned flags = absolute | divisors_of(changes);
  if (stalled != 0) flags |= kStalledChanged;
  if (sample.guest_statistics) flags |= kGuestStatistics;
  if (absolute == 0 && step_ms == base.step_ms) flags |= kSameStep;
  out.push_back(static_cast<char>(flags));
  if (stalled != 0) out.push_back(static_cast<char>(stalled));
  if (absolute != 0) put_varint(out, static_cast<std::uint64_t>(sample.at_ms));
  else if ((flags & kSameStep) == 0) put_varint(out, zigzag(wrapping_sub(step_ms, base.step_ms)));
  const Divisors divisors(flags);
  for (std::size_t r = 0; r < kResourceCount; ++r) put_varint(out, zigzag(changes[r] / divisors[r]));
  for (std::size_t r = 0; r < kResourceCount; ++r)
    if ((stalled & 1U << r) != 0) put_varint(out, sample.stalled[r]);
  base = {sample, absolute != 0 ? 0 : step_ms, true};
}

bool read_record(VarintReader& in, RecordBase& base) {
  const std::string_view flag = in.bytes(1);
  if (flag.empty()) return false;
  const auto flags = static_cast<std::uint8_t>(flag.front());
  if ((flags & ~kAllFlags) != 0) return false;
  const bool absolute = (flags & kAbsolute) != 0;
  if (absolute) base = RecordBase();
  else if (!base.known) return false;
  unsigned stalled = 0;
  if ((flags & kStalledChanged) != 0) {
    const std::string_view which = in.bytes(1);
    if (which.empty()) return false;
    stalled = static_cast<std::uint8_t>(which.front());
  }
  StoredSample& s = base.last;
  s.guest_statistics = (flags & kGuestStatistics) != 0;
  if (absolute) {
    s.at_ms = static_cast<std::int64_t>(in.next());
  } else {
    if ((flags & kSameStep) == 0) base.step_ms = wrapping_add(base.step_ms, unzigzag(in.next()));
    s.at_ms = wrapping_add(s.at_ms, base.step_ms);
  }
  const Divisors divisors(flags);
  for (std::size_t r = 0; r < kResourceCount; ++r) s.used[r] = wrapping_add(s.used[r], wrapping_mul(unzigzag(in.next()), divisors[r]));
  for (std::size_t r = 0; r < kResourceCount; ++r)
    if ((stalled & 1U << r) != 0) s.stalled[r] = static_cast<std::uint16_t>(in.next());
  base.known = in.ok();
  return in.ok();
}

bool read_records(std::string_view records, std::vector<StoredSample>& samples) {
  VarintReader in(records);
  RecordBase base;
  while (!in.done()) {
    if (!read_record(in, base)) return false;
    samples.push_back(base.last);
  }
  return true;
}

}  // namespace headroom::history
