// What a fleet uses up that costs money, over some time; it adds up over hosts, moves and hours. Prices are put on it by
// bill.h, so that one run can be priced by another book afterwards. Plain values, thread-safe.
//
//   price class  by the hour                      energy   interruptions
//   reserved     its price, on or off             -        -
//   on-demand    its price while it is on;        -        -
//                nothing for as many as a reservation of its type covers, on or off the reservation is paid
//   spot         its price while it is on         -        expected
//   power        its price while it is on         yes      -
//
// The hourly prices of other classes include their energy. A host that is starting is on.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "headroom/base/result.h"
#include "headroom/cost/prices.h"

namespace headroom::cost {

struct Consumption {
  double hours = 0;                                   // how long it was watched
  double reserved_usd = 0, on_demand_usd = 0, spot_usd = 0, own_usd = 0;  // hosts by the hour; own: class power
  double energy_kwh = 0;                              // of class power
  double interruptions = 0, interrupted_vms = 0;      // expected, of spot hosts
  double host_starts = 0;
  double gib_moved = 0, migration_hours = 0, migration_down_hours = 0;  // sums over the moves
  std::array<double, kResourceCount> short_vm_hours{};  // VM-hours that wanted more of a resource than they got

  Consumption& operator+=(const Consumption& other);
  Consumption times(double factor) const;
};

// One host at one moment.
struct HostUse {
  std::string type;
  HostPrice price;
  bool on = false;
  double cores = 0;        // of the reference speed
  double utilisation = 0;  // 0..1
  double vms = 0;
};
HostUse use_of(const Host& host, double cpu_used_millicores, double vms);

// What a host uses up in `hours`, had its type no reservation. `hours` is not counted: many hosts share them.
Consumption consumed(const HostUse& host, double hours);
// Of a fleet in one hour like this moment.
Consumption consumed_per_hour(std::span<const HostUse> hosts, const Reservations& reservations);

// One migration: what it sends, how long it takes, how long the VM is down in it.
struct Move {
  double gib_on_wire = 0;
  Duration takes{}, down{};
};
Consumption consumed(const Move& move);

// Keys as the fields. Reading wants all of them, as finite numbers; kInvalid names the first that is not.
nlohmann::json to_json(const Consumption& consumption);
Result<Consumption> read_consumption(const nlohmann::json& object);

}  // namespace headroom::cost
