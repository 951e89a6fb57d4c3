#include "headroom/access/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>

namespace headroom::access {
namespace {

std::string key_of(std::string_view peer) {
  std::string text(peer);
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1 || IN6_IS_ADDR_V4MAPPED(&six)) return text;
  std::fill(six.s6_addr + 8, six.s6_addr + 16, static_cast<std::uint8_t>(0));
  char network[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &six, network, sizeof network) != nullptr ? network : text;
}

}  // namespace

double Throttle::left_of(const Failures& f, Instant now) const {
  const Duration passed = std::max(now - f.at, Duration(0));  // a clock may be set back
  return std::min<double>(limits_.at_once, f.left + static_cast<double>(passed.count()) / static_cast<double>(limits_.each.count()));
}

Duration Throttle::blocked_for(std::string_view peer, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = peers_.find(key_of(peer));
  if (found == peers_.end()) return Duration(0);
  const double left = left_of(found->second, now);
  if (left >= limits_.at_once) peers_.erase(found);
  return left >= 1 ? Duration(0) : Duration(static_cast<std::int64_t>(std::ceil((1 - left) * static_cast<double>(limits_.each.count()))));
}

void Throttle::note_failure(std::string_view peer, Instant now) {
  const std::lock_guard lock(mutex_);
  std::string key = key_of(peer);
  const auto found = peers_.find(key);
  const double left = found == peers_.end() ? limits_.at_once : left_of(found->second, now);
  if (found == peers_.end() && peers_.size() >= kMostPeers) forget_oldest();
  peers_[std::move(key)] = {std::max(left - 1, 0.0), now};
}

void Throttle::forget_oldest() {
  peers_.erase(std::min_element(peers_.begin(), peers_.end(), [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
}

std::size_t Throttle::remembered() const {
  const std::lock_guard lock(mutex_);
  return peers_.size();
}

}  // namespace headroom::access
