// A fleet's consumption in money, part by part, and what one thing more would add: the prices a decision is made by.
// Pure functions, thread-safe; USD, per hour where the name says so.
//
//   const Consumption hour = consumed_per_hour(hosts, book.reservations());
//   const Bill bill = priced(hour, book.prices);            // of one hour like this one
//   bill[Part::kEnergy], bill.total()                       // the total is the sum of the parts, to the last bit
//   marginal_usd_per_hour(hosts, reservations, one_more, prices)   // = the difference of the two bills, to rounding
#pragma once

#include <string_view>

#include "headroom/cost/consumption.h"

namespace headroom::cost {

enum class Part : std::uint8_t {
  kReserved,       // hosts paid for whether used or not
  kOnDemand,
  kSpot,
  kOwn,            // what own hosts cost by the hour beside their energy
  kEnergy,
  kHostStarts,     // wear; the time a start takes is in the host's own part
  kInterruptions,  // expected, of spot hosts
  kMigrations,     // bytes, slow-down, downtime
  kUnmet,          // VMs that wanted more than they got
};
inline constexpr std::size_t kPartCount = 9;
inline constexpr std::array<Part, kPartCount> kAllParts{Part::kReserved,   Part::kOnDemand,      Part::kSpot,
                                                        Part::kOwn,        Part::kEnergy,        Part::kHostStarts,
                                                        Part::kInterruptions, Part::kMigrations, Part::kUnmet};
std::string_view name(Part part);  // "on-demand hosts"; for people
std::string_view key(Part part);   // "on_demand"; for JSON
// An invoice states these; the others are what the operator says that a disturbance is worth.
constexpr bool is_invoiced(Part part) { return part <= Part::kEnergy; }

struct Bill {
  std::array<double, kPartCount> usd{};

  double operator[](Part part) const { return usd[static_cast<std::size_t>(part)]; }
  double& operator[](Part part) { return usd[static_cast<std::size_t>(part)]; }
  double total() const;
  double invoiced() const;
};

Bill priced(const Consumption& consumption, const Prices& prices);

// What `more` (a host that is on, with the load it would have) adds when it joins `hosts`: nothing for an on-demand host
// while its type's reservation has one left.
double marginal_usd_per_hour(std::span<const HostUse> hosts, const Reservations& reservations, const HostUse& more,
                             const Prices& prices);
// What one core more of use adds on a host that is on: the slope of its watts where its energy is paid for, else 0. Of a
// host with less than a core left, the slope of its last core.
double core_usd_per_hour(const HostUse& host, const Prices& prices);
// What starting a host once and stopping it again costs: wear, and what it costs to run while no VM can be on it (class
// power: at full load, as a boot keeps it busy; reserved: nothing). For deciding: while it happens its own part counts it.
double start_stop_usd(const HostPrice& price, const Prices& prices);
double migration_usd(const Move& move, const Prices& prices);

}  // namespace headroom::cost
