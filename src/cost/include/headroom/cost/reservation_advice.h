// How many hosts of a type to reserve against renting them on demand, from what a fleet needed hour by hour.
//
// The n-th host is worth reserving if it is needed in a larger share of hours than its reserved price is of the on-demand one
// (the break-even share): a reserved host is paid in every hour, an on-demand one only when it is needed. So the number is
// read off the duration curve. The saving's interval is for a month to come that is like this history: days are drawn anew in
// blocks (moving-block bootstrap, Kuensch 1989) for both the month and the history, so that it holds what a month varies by
// and what so many days leave unknown. docs/cost.md has the formulas and how often it held on real fleets.
//
// Pure; deterministic for a seed. Threads: any. USD; a month is 730 h.
#pragma once

#include <string>
#include <vector>

#include "headroom/cost/fleet_need.h"
#include "headroom/model/resources.h"

namespace headroom::cost {

inline constexpr double kLeastDays = 14;     // less is no history: two of each weekday
inline constexpr double kHoursPerMonth = 730;

struct Offer {
  std::string type;
  Resources size;                            // CPU and memory of one host
  double on_demand_usd_per_hour = 0, reserved_usd_per_hour = 0;
  std::size_t held = 0;                      // reserved already; those cannot be given back
};

struct AdviceOptions {
  double cpu_target = 0.8, memory_target = 0.8;  // share of a host that is planned to be in use; the rest is for what does not
                                                 // pack, and for what nobody foresaw
  double confidence = 0.9;                       // of the intervals
  std::size_t draws = 2000;                      // of the bootstrap; 0: no intervals (they are then the estimate)
  std::uint64_t seed = 1;
};

struct Interval {
  double low = 0, high = 0;
};

struct Advice {
  Offer offer;
  double break_even_share = 0;               // reserved / on-demand
  std::size_t hosts = 0;                     // to reserve in all, those held included
  Interval hosts_within;                     // what other such histories would have said
  double mean_hosts = 0;                     // needed
  std::size_t peak_hosts = 0;
  std::vector<double> needed_share;          // [n]: share of hours that need more than n hosts; ends where it is 0
  double held_usd_per_month = 0;             // with what is held (none: all on demand)
  double advised_usd_per_month = 0;
  double saving_usd_per_month = 0;           // the difference
  Interval saving_within;
};

// What the history is, for people to judge the advice by.
struct NeedHistory {
  Instant from, to;
  std::size_t hours = 0, known_hours = 0;
  double days = 0;                           // of 20 known hours or more
  double drift = 0;                          // mean CPU need of the later half over that of the earlier, less 1

  bool enough() const { return days >= kLeastDays; }
};
NeedHistory history_of(const FleetNeed& need);

// Why the type cannot be advised on: "" if it can. One host has to hold the largest VM.
std::string unfit(const FleetNeed& need, const Offer& offer);

// Wants an offer that is not unfit() and a history with at least one day.
Advice advise(const FleetNeed& need, const Offer& offer, const AdviceOptions& options);

}  // namespace headroom::cost
