// Any text as YAML: read, walked to the bottom as readers do, or refused.
#include "headroom/config/document.h"
#include "text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom;
  auto document = config::parse(fuzz::text(data, size), "fuzz.yaml");
  fuzz::expect_one_sentence(document);
  if (document) fuzz::expect_one_sentence(document->finish());
  return 0;
}
