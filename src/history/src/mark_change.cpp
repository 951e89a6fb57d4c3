#include "mark_change.h"

namespace headroom::history {
namespace {

constexpr std::size_t kBridge = 2;   // so many equal bytes between two runs are dearer left out than written

}  // namespace

void put_mark_change(std::string& out, const std::string* before, std::string_view mark) {
  if (before == nullptr || before->size() != mark.size()) {
    put_varint(out, 0);
    put_varint(out, mark.size());
    out.append(mark);
    return;
  }
  std::string runs;
  std::uint64_t count = 0;
  std::size_t done = 0;
  for (std::size_t at = 0; at < mark.size(); ++at) {
    if (mark[at] == (*before)[at]) continue;
    std::size_t end = at + 1;   // behind the last that differs
    for (std::size_t look = end; look < mark.size() && look - end <= kBridge; ++look)
      if (mark[look] != (*before)[look]) end = look + 1;
    put_varint(runs, at - done);
    put_varint(runs, end - at);
    runs.append(mark.substr(at, end - at));
    ++count;
    done = end;
    at = end - 1;
  }
  put_varint(out, count + 1);
  out.append(runs);
}

bool read_mark_change(VarintReader& in, std::string& mark) {
  const std::uint64_t kind = in.next();
  if (!in.ok()) return false;
  if (kind == 0) {
    mark = in.bytes(in.next());
    return in.ok();
  }
  std::size_t at = 0;
  for (std::uint64_t run = 1; run < kind; ++run) {
    const std::uint64_t skip = in.next();
    const std::string_view bytes = in.bytes(in.next());
    if (!in.ok() || bytes.empty() || skip > mark.size() - at || bytes.size() > mark.size() - at - skip) return false;
    mark.replace(at + skip, bytes.size(), bytes);
    at += skip + bytes.size();
  }
  return true;
}

}  // namespace headroom::history
