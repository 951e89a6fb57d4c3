// What hosts cost: on the bill, and as a reason to use one rather than another. Utilisation is the share of the host's
// CPU in use, 0..1 (values outside are clamped). Pure functions, thread-safe.
//
//   class      on the bill (host_usd_per_hour)             for deciding (marginal_usd_per_hour)
//   reserved   its price, on or off                        0: it is paid whether used or not
//   on-demand  its price while it is on                    its price
//   spot       its price while it is on                    its price + risk of interruption
//   power      its price and its energy while it is on     its price + energy
//
// Energy is priced for class power only: the other classes' prices include it. energy_kwh() answers for any host.
#pragma once

#include <vector>

#include "headroom/base/id.h"
#include "headroom/base/instant.h"
#include "headroom/model/host.h"

namespace headroom::cost {

struct HostRates {
  double usd_per_kwh = 0.25;           // industrial electricity with cooling
  double usd_per_interruption = 0.10;  // what it costs when a spot host is taken away: its VMs' outage and restart
};

// Linear between idle and full, for a host that is on.
double watts(const HostPrice& price, double utilisation);
double energy_kwh(const HostPrice& price, double utilisation, Duration while_on);

// What is paid at this moment. A host that is starting is on; one that failed is off.
double host_usd_per_hour(const Host& host, const HostRates& rates, double utilisation);

// What running the host adds to the cost, whatever its power state: what switching it on adds and switching it off
// saves. The risk premium of a spot host is interruptions per hour * usd_per_interruption.
double marginal_usd_per_hour(const Host& host, const HostRates& rates, double utilisation = 0.5);

// Ascending marginal price of the whole host, ties by ascending id: the order in which hosts are tried. The result
// does not depend on the order of `hosts`.
std::vector<HostId> cheapest_first(const std::vector<Host>& hosts, const HostRates& rates);

}  // namespace headroom::cost
