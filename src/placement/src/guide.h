// How annealing sees the price of an open host. In truth all of it is due with the first item: moving an item from one open host
// to another saves none of it, and what is moved at random spreads the free room evenly over all hosts. The guide takes for it
//
//   open_price * f (2 - f),   f = min(1, fill / full),
//
// a concave curve with the same ends: the emptier a host is, the dearer it makes its items, so that single shifts and swaps go
// to the cheaper type of host, fill some and empty others. It decides what is taken; costs stay true. As it gets colder the
// guided price counts for less and the true one for more (strength): in the end only what is truly cheaper is taken.
//
// Fill is in units of Layout::size. State: the fill of each host.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "layout.h"

namespace headroom::placement {

class Guide {
 public:
  explicit Guide(const Layout& layout);

  // What the guided price of a host changes by when `size` more (or less) is on it.
  std::int64_t change(std::int32_t host, std::int64_t size) const {
    return price(host, fill_[host] + size) - price(host, fill_[host]);
  }
  // The part of the guided price in what is decided at a temperature, 0 to 1; it falls with the root of the temperature, more
  // slowly than what chance does, so that what is full stays so.
  double strength(double temperature) const;
  void put(std::int32_t host, std::int64_t size) { fill_[host] += size; }
  void take(std::int32_t host, std::int64_t size) { fill_[host] -= size; }

 private:
  std::int64_t price(std::int32_t host, std::int64_t fill) const {
    const std::int64_t full = full_[host], filled = std::min(fill, full);
    return factor_[host] * (filled * (2 * full - filled)) >> shift_;
  }

  std::vector<std::int64_t> fill_, full_, factor_;  // hosts; empty where hosts have no prices
  int shift_ = 0;
  double usual_ = 0;  // what it tells an item of mean size between an empty and a full host
};

}  // namespace headroom::placement
