// What people write in requests and on command lines: times, lengths of time, roles, tokens, changes of a fleet to ask about. (Requests as a
// whole: src/daemon/tests/hostile_door_test.cpp.)
#include "headroom/access/role.h"
#include "headroom/base/instant.h"
#include "headroom/daemon/change_words.h"
#include "text.h"

namespace {

using namespace headroom;

// What is written of a moment or a length of time is read back as that.
void times(std::string_view text) {
  const auto at = parse_instant(text);
  fuzz::expect_one_sentence(at);
  if (at && parse_instant(to_rfc3339(*at)).value_or(Instant::min()) != *at) std::abort();
  const auto lasts = parse_duration(text);
  fuzz::expect_one_sentence(lasts);
  if (lasts && lasts->count() % 1000 == 0 && parse_duration(to_text(*lasts)).value_or(Duration::min()) != *lasts) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = fuzz::text(data, size);
  times(all);
  fuzz::expect_one_sentence(access::parse_role(all));
  std::vector<std::string> lines;
  for (std::size_t from = 0; from <= all.size();) {
    const std::size_t to = std::min(all.find('\n', from), all.size());
    lines.emplace_back(all.substr(from, to - from));
    from = to + 1;
  }
  fuzz::expect_one_sentence(parse_changes(lines));
  return 0;
}
