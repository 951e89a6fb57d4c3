// A real fleet as operators write it down: which hosts there are and how they are reached, what Headroom may do with them, how
// often it looks and how far ahead. A YAML file; docs/fleet.md has every key, examples/fleet.yaml is a commented one.
//
// What libvirt tells is not in it: VMs, and what hosts have unless only a part of it is ours. Files that it names (constraints,
// rules, a price book) are read along, relative ones from its own folder.
//
// A plain value, checked as a whole when read. Errors: kInvalid with file, line and what to write instead; kNotFound for a file that
// is not there. Thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "headroom/actuator/limits.h"
#include "headroom/base/result.h"
#include "headroom/config/document.h"
#include "headroom/cost/price_book.h"
#include "headroom/forecast/stretched.h"
#include "headroom/identity/identity_book.h"
#include "headroom/ingest/ingest.h"
#include "headroom/libvirt/pool.h"
#include "headroom/model/constraint.h"
#include "headroom/model/forecast.h"
#include "headroom/model/rule.h"

namespace headroom {

// Agents in the VMs, and the authority that certifies them.
struct AgentSettings {
  ingest::IngestOptions ingest;                      // its interval is the usual one
  Duration near_limit = std::chrono::seconds(2), calm = std::chrono::seconds(10);  // and of VMs that are near a limit, and far from any
  Duration drain_within = std::chrono::seconds(5);   // a move waits so long at most for a guest to get ready; 0: guests are not told
  std::optional<identity::OwnAuthority> authority;   // none: one of the manager's own, in its state directory
  Duration certificates_last = identity::kLongestCertificate;
};

struct LiveFleet {
  std::string name;
  std::vector<std::string> uris;             // in the file's order
  libvirt::PoolOptions pool;                 // what is said of hosts is in observer.site, how VMs move in migration
  Duration step = std::chrono::minutes(5);   // of the grid that samples are laid on and forecasts are made for
  Duration every = std::chrono::minutes(1);  // a round: forecast, decide, act. At most a step
  Duration poll = std::chrono::seconds(10);  // a look at the hosts; at most a round
  Horizons horizons;                         // ascending; none: the model's own
  std::optional<Calendar> calendar;          // where forecasts are to see another time of day and week than it is (forecast/stretched.h)
  SafetyLimits limits;                       // its level is the fleet's
  std::optional<AgentSettings> agents;       // none: no agent is listened to
  Resources steps{250_mcores, 256_MiB, BytesPerSecond(1'000'000), BytesPerSecond(1'000'000)};  // of allocations
  std::array<double, kResourceCount> usd_per_unit_hour{};                                      // of an allocation, per base unit
  std::optional<cost::PriceBook> book;
  std::vector<Constraint> constraints;
  std::vector<Rule> rules;                   // not yet compared with the horizons: those may be the model's
  std::string rules_file;                    // for messages; empty: none
};

Result<LiveFleet> load_live_fleet(const std::filesystem::path& file);
// From a file already loaded, with nothing yet read from it. `folder`: where relative files are taken from.
Result<LiveFleet> read_live_fleet(config::Document& document, const std::filesystem::path& folder);

}  // namespace headroom
