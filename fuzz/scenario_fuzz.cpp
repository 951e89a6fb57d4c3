// A scenario: read to the bottom, or refused in one sentence; what is taken has hosts that can hold something.
#include "headroom/sim/scenario.h"
#include "text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom;
  auto document = config::parse(fuzz::text(data, size), "fuzz.yaml");
  if (!document) return 0;   // the target `config` has those
  const auto scenario = read_scenario(*document, "/nowhere");
  fuzz::expect_one_sentence(scenario);
  if (!scenario) return 0;
  if (scenario->name.empty() || scenario->traces.size() != 1) std::abort();
  if (scenario->window && scenario->window->begin >= scenario->window->end) std::abort();
  for (const HostType& type : scenario->host_types)
    for (Resource r : kAllResources)
      if (type.name.empty() || type.physical[r] < 0) std::abort();
  return 0;
}
