#include "headroom/sim/scenario.h"
namespace headroom {
Result<Scenario> load_scenario(const std::filesystem::path&) {
  Scenario s; s.name="bitbrains"; s.traces={"examples/bitbrains"};
  s.usd_per_unit_hour = {0.0316/1000, 0.00424/(1<<30), 0.0000548/1e6, 0.0000548/1e6};
  HostPrice r; r.price_class = PriceClass::kReserved; r.usd_per_hour=.627; r.watts_idle=120; r.watts_full=410;
  HostPrice m = r; m.price_class = PriceClass::kOnDemand; m.usd_per_hour=.76; m.watts_idle=90; m.watts_full=300;
  HostPrice q = m; q.usd_per_hour=.40; q.watts_idle=60; q.watts_full=170;
  s.host_types = {{"reserved-24", Resources(24_cores, 72_GiB, 2000_MBps, 2500_MBps), r},{"ondemand-16", Resources(16_cores, 48_GiB, 2000_MBps, 2500_MBps), m},{"ondemand-8", Resources(8_cores, 24_GiB, 2000_MBps, 1250_MBps), q}};
  return s;
}
}
