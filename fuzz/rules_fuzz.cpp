// Rules: what is taken must be written back to something that is taken, and stays the same from then on.
#include "headroom/rules/rules.h"
#include "text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom;
  const auto rules = rules::parse_rules(fuzz::text(data, size), "fuzz.yaml", {});
  fuzz::expect_one_sentence(rules);
  if (!rules) return 0;
  const std::string written = rules::to_yaml(*rules);
  const auto again = rules::parse_rules(written, "written.yaml", {});
  if (!again || rules::to_yaml(*again) != written) {
    std::fprintf(stderr, "%s\n%s\n", again ? "written differently the second time" : again.error().message.c_str(), written.c_str());
    std::abort();
  }
  return 0;
}
