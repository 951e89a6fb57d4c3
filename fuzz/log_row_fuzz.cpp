// A row of the history's log as it may lie on a disk, of either version; the first byte says which.
#include "log_row.h"
#include "text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom::history;
  if (size < 1) return 0;
  const std::string_view row = headroom::fuzz::text(data + 1, size - 1);
  Waiting waiting;
  std::string mark(32, 'm');
  const auto find = [&](std::uint32_t vm) { return vm % 2 == 0 ? &waiting : nullptr; };
  const auto find_mark = [&](std::uint32_t vm) { return vm % 2 == 0 ? &mark : nullptr; };
  static_cast<void>(data[0] % 2 == 0 ? read_row(row, find, find_mark) : read_row_v1(row, find));
  // Whatever was taken can be read as it was counted.
  std::vector<StoredSample> samples;
  if (!read_records(waiting.records, samples) || samples.size() != waiting.count) std::abort();
  return 0;
}
