// What a simulated pool is made of: host types with prices, overcommit, delays; and how far ahead it is forecast. A scenario names no VM and no trace, so
// that it runs on any directory of traces; the largest host type grows with the largest VM it meets.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/config/document.h"
#include "headroom/cost/price_book.h"
#include "headroom/hypervisor/simulated_pool.h"
#include "headroom/model/constraint.h"
#include "headroom/model/forecast.h"
#include "headroom/model/host.h"

namespace headroom {

// vertical: room is always there, only the VM's own limit binds, the bill is that of the allocations.
// elastic: hosts start and stop, VMs move, the bill is that of the hosts. fixed: VMs move, no host starts or stops.
enum class View : std::uint8_t { kVertical, kElastic, kFixed };
std::string_view name(View view);
std::optional<View> parse_view(std::string_view text);

struct HostType {
  std::string name;
  Resources physical;
  HostPrice price;
};

struct Window {
  Instant begin, end;  // [begin, end)
};

struct Scenario {
  std::string name;
  std::vector<std::filesystem::path> traces;  // as written in the file, relative to it; --traces overrides
  std::optional<Window> window;
  Duration warmup = std::chrono::hours(24 * 9);       // of samples before the window
  Duration warmup_forecasts = std::chrono::hours(48);  // the last part of it with forecasts, so that calibration starts
  Horizons horizons;                          // that are forecast, ascending; none: the model's own
  std::vector<HostType> host_types;           // any order; reserved ones first in use
  double reserved_share = 0.6;                // of the initial need covered by reserved hosts
  double spare_share = 0.25;                  // of the initial pool's cores, on demand and off at the start
  std::array<double, kResourceCount> overcommit{1.5, 1, 4, 4};
  std::array<double, kResourceCount> usd_per_unit_hour{};  // of an allocation, per base unit
  Resources step{250_mcores, 256_MiB, BytesPerSecond(1'000'000), BytesPerSecond(1'000'000)};
  double initial_quantile = 0.90;
  Resources ceiling{MilliCores(0), Bytes(0), BytesPerSecond(2'000'000'000), BytesPerSecond(1'250'000'000)};
  PoolTimings timings;
  std::optional<cost::PriceBook> book;        // decisions go by it where there is one
  std::vector<Constraint> constraints;        // on where VMs may be; they hold for every policy
};

// Reads a scenario; a relative trace path is taken from the file's own folder. Errors: kInvalid with file and line.
Result<Scenario> load_scenario(const std::filesystem::path& file);
// From a file already loaded, with nothing yet read from it. `folder`: where relative files are taken from.
Result<Scenario> read_scenario(config::Document& document, const std::filesystem::path& folder);

}  // namespace headroom
