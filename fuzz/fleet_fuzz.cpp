// A fleet file: read to the bottom, or refused in one sentence; what is taken is a fleet that a run could begin with.
#include "headroom/fleet/live_fleet.h"
#include "text.h"

namespace {

using namespace headroom;

void expect_sound(const LiveFleet& fleet) {
  if (fleet.name.empty() || fleet.uris.empty() || fleet.uris.size() != fleet.pool.observer.site.hosts.size()) std::abort();
  if (fleet.poll <= Duration(0) || fleet.poll > fleet.every || fleet.every > fleet.step) std::abort();
  for (std::size_t h = 1; h < fleet.horizons.size(); ++h)
    if (fleet.horizons[h] <= fleet.horizons[h - 1]) std::abort();
  for (const auto& [uri, host] : fleet.pool.observer.site.hosts)
    for (Resource r : kAllResources)
      if (host.capacity[r] < 0 || host.reserve[r] < 0 || (host.capacity[r] > 0 && host.reserve[r] >= host.capacity[r])) std::abort();
  if (fleet.agents && (fleet.agents->ingest.port < 0 || fleet.agents->ingest.port > 65535 || fleet.agents->ingest.most_connections == 0)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto document = config::parse(fuzz::text(data, size), "fuzz.yaml");
  if (!document) return 0;   // the target `config` has those
  const auto fleet = read_live_fleet(*document, "/nowhere");
  fuzz::expect_one_sentence(fleet);
  if (fleet) expect_sound(*fleet);
  return 0;
}
