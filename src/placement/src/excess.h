// What is over the limits of hosts, while a search may overfill them: a price for a unit of each lane of each host. A price starts
// as a share of what an item costs and grows where a host stays overfull, so that in the end nothing is over.
//
// The search weighs excess against cost; it is no part of the cost, and an assignment with excess is no answer.
//
// Threads: one. Off, it costs a test of a flag a move.
#pragma once

#include <cstdint>

#include "layout.h"

namespace headroom::placement {

class Excess {
 public:
  // Prices are in units of a 64th of cost.
  static constexpr double kUnit = 64;

  bool on() const { return on_; }
  std::int64_t total() const { return total_; }  // price times what is over; 0 when off
  const std::int32_t* price(std::int32_t host) const { return price_[static_cast<std::size_t>(host)]; }

  // From now on hosts may be overfull. `item_scale`: what an item costs, about.
  void start(const Layout& layout, double item_scale);
  void stop() { on_ = false; total_ = 0; }
  // Prices of lanes that are overfull now grow by a factor, up to a thousand times the first; the others fall by another.
  void harden(const Layout& layout, const Rows& room, double rise, double fall);

  // Around a change of a host's room.
  void leave_out(std::int32_t host, const std::int32_t* room) { total_ -= of(host, room); }
  void count(std::int32_t host, const std::int32_t* room) { total_ += of(host, room); }

 private:
  std::int64_t of(std::int32_t host, const std::int32_t* room) const;

  bool on_ = false;
  std::int64_t total_ = 0;
  double most_rise_ = 1;  // of a price, so that the total stays within 64 bits
  Rows first_;  // one row: of every host at the start
  Rows price_;  // hosts
};

}  // namespace headroom::placement
