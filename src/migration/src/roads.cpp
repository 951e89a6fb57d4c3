#include "roads.h"

#include <limits>

namespace headroom::migration {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int32_t>::max();

std::int64_t places(int limit) { return limit == 0 ? kUnlimited : limit; }

}  // namespace

Roads::Roads(const Problem& p)
    : hosts_(p.hosts),
      limits_(p.limits),
      leaving_(p.hosts.size(), Pool(places(p.limits.out_of_host))),
      coming_(p.hosts.size(), Pool(places(p.limits.into_host))),
      running_(places(p.limits.in_fleet)) {
  for (const Host& host : p.hosts) {
    capacity_.push_back(host.out.count());
    capacity_.push_back(host.in.count());
  }
  for (BytesPerSecond uplink : p.uplinks) capacity_.insert(capacity_.end(), 2, uplink.count());
  for (std::int64_t rate : capacity_) bandwidth_.emplace_back(rate);
}

Path Roads::path(std::int32_t from, std::int32_t to) const {
  const auto f = static_cast<std::size_t>(from), t = static_cast<std::size_t>(to);
  Path path{{2 * f, 2 * t + 1}, 2};
  if (!uplinks() || hosts_[f].location == hosts_[t].location) return path;
  const std::size_t first = 2 * hosts_.size();
  path.link[2] = first + 2 * static_cast<std::size_t>(hosts_[f].location);
  path.link[3] = first + 2 * static_cast<std::size_t>(hosts_[t].location) + 1;
  path.count = 4;
  return path;
}

std::int64_t Roads::full(const Path& path) const {
  std::int64_t least = capacity_[path.link[0]];
  for (std::size_t link : path) least = std::min(least, capacity_[link]);
  return least;
}

std::int64_t Roads::free(const Path& path) const {
  std::int64_t least = free(path.link[0]);
  for (std::size_t link : path) least = std::min(least, free(link));
  return least;
}

// Places of what has no limit are not handed on: nobody has to wait for them.
void Roads::take(std::int32_t from, std::int32_t to, std::int64_t bandwidth, Waits& waits) {
  for (std::size_t link : path(from, to)) bandwidth_[link].take(bandwidth, waits);
  if (limits_.out_of_host > 0) leaving_[static_cast<std::size_t>(from)].take(1, waits);
  if (limits_.into_host > 0) coming_[static_cast<std::size_t>(to)].take(1, waits);
  if (limits_.in_fleet > 0) running_.take(1, waits);
}

void Roads::give(std::int32_t from, std::int32_t to, std::int64_t bandwidth, std::int32_t leg) {
  for (std::size_t link : path(from, to)) bandwidth_[link].give(bandwidth, leg);
  if (limits_.out_of_host > 0) leaving_[static_cast<std::size_t>(from)].give(1, leg);
  if (limits_.into_host > 0) coming_[static_cast<std::size_t>(to)].give(1, leg);
  if (limits_.in_fleet > 0) running_.give(1, leg);
}

}  // namespace headroom::migration
