#include "headroom/migration/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom::migration {
namespace {

constexpr std::int64_t kMostImportance = 1'000'000'000'000;
constexpr std::int64_t kMostSum = std::int64_t{1} << 61;
constexpr Duration kLongest = std::chrono::hours(24 * 365 * 100);

Result<void> shape(const char* table, std::size_t have, std::size_t want) {
  if (have == want) return {};
  return invalid(fmt::format("{} has {} entries where {} are needed", table, have, want));
}

Result<void> range(const char* table, const std::vector<std::int32_t>& values, std::size_t end) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] < 0 || static_cast<std::size_t>(values[i]) >= end)
      return invalid(fmt::format("{}[{}] is {}; it must be 0 to {}", table, i, values[i], static_cast<std::int64_t>(end) - 1));
  return {};
}

Result<void> not_negative(const char* table, const std::vector<std::int64_t>& values) {
  const auto bad = std::find_if(values.begin(), values.end(), [](std::int64_t v) { return v < 0 || v > kMostSum; });
  if (bad == values.end()) return {};
  return invalid(fmt::format("{}[{}] is {}; it must be 0 to 2^61", table, bad - values.begin(), *bad));
}

Result<void> shapes_fit(const Problem& p) {
  if (p.lanes == 0) return invalid("there are no lanes; name at least one resource");
  if (auto r = shape("capacity", p.capacity.size(), p.hosts.size() * p.lanes); !r) return r;
  if (auto r = shape("need", p.need.size(), p.on.size() * p.lanes); !r) return r;
  if (!p.need_there.empty())
    if (auto r = shape("need_there", p.need_there.size(), p.moves.size() * p.lanes); !r) return r;
  if (auto r = not_negative("capacity", p.capacity); !r) return r;
  if (auto r = not_negative("need", p.need); !r) return r;
  return not_negative("need_there", p.need_there);
}

// No host, whoever comes to it, holds more than 64 bits do.
Result<void> sums_fit(const Problem& p) {
  double sum = 0;
  for (std::int64_t need : p.need) sum += static_cast<double>(need);
  for (std::int64_t need : p.need_there) sum += static_cast<double>(need);
  if (sum < static_cast<double>(kMostSum)) return {};
  return invalid("all needs together pass 2^61; count in larger units");
}

Result<void> hosts_are_sound(const Problem& p) {
  for (std::size_t h = 0; h < p.hosts.size(); ++h) {
    const Host& host = p.hosts[h];
    if (host.in.count() < 0 || host.out.count() < 0) return invalid(fmt::format("host {} has a negative bandwidth", h));
    if (!p.uplinks.empty() && (host.location < 0 || static_cast<std::size_t>(host.location) >= p.uplinks.size()))
      return invalid(fmt::format("host {} is in location {}, which has no uplink", h, host.location));
  }
  for (std::size_t l = 0; l < p.uplinks.size(); ++l)
    if (p.uplinks[l].count() < 0) return invalid(fmt::format("uplinks[{}] is negative", l));
  for (const auto& set : p.host_sets)
    if (auto r = range("a host set", set, p.hosts.size()); !r) return r;
  return range("on", p.on, p.hosts.size());
}

Result<void> apart_is_sound(const Problem& p) {
  for (std::size_t s = 0; s < p.apart.size(); ++s) {
    std::vector<std::int32_t> items = p.apart[s];
    if (auto r = range("a set that is apart", items, p.on.size()); !r) return r;
    std::sort(items.begin(), items.end());
    if (std::adjacent_find(items.begin(), items.end()) != items.end())
      return invalid(fmt::format("apart[{}] names an item twice", s));
  }
  return {};
}

Result<void> payload_is_sound(std::size_t m, const Payload& load) {
  const DirtyCurve& d = load.dirty;
  const bool numbers = std::isfinite(d.hot_bytes) && std::isfinite(d.hot_seconds) && std::isfinite(d.cold_bytes_per_second);
  if (load.memory.count() > 0 && numbers && d.hot_bytes >= 0 && d.hot_seconds > 0 && d.cold_bytes_per_second >= 0) return {};
  return invalid(fmt::format("moves[{}] has no memory to send, or a dirty curve that is none", m));
}

Result<void> moves_are_sound(const Problem& p) {
  std::vector<bool> moves(p.on.size(), false);
  for (std::size_t m = 0; m < p.moves.size(); ++m) {
    const Move& move = p.moves[m];
    if (move.item < 0 || static_cast<std::size_t>(move.item) >= p.on.size())
      return invalid(fmt::format("moves[{}] moves item {}, which does not exist", m, move.item));
    if (move.to < 0 || static_cast<std::size_t>(move.to) >= p.hosts.size())
      return invalid(fmt::format("moves[{}] goes to host {}, which does not exist", m, move.to));
    const auto item = static_cast<std::size_t>(move.item);
    if (p.on[item] == move.to) return invalid(fmt::format("moves[{}] goes to host {}, where its item is", m, move.to));
    if (moves[item]) return invalid(fmt::format("moves[{}] moves item {} a second time", m, move.item));
    moves[item] = true;
    if (move.detour_set != kAnyHost && (move.detour_set < 0 || static_cast<std::size_t>(move.detour_set) >= p.host_sets.size()))
      return invalid(fmt::format("moves[{}] names host set {}, which does not exist", m, move.detour_set));
    if (move.importance < 0 || move.importance > kMostImportance)
      return invalid(fmt::format("the importance {} of moves[{}] must be 0 to {}", move.importance, m, kMostImportance));
    if (move.breach && (*move.breach < -kLongest || *move.breach > kLongest))
      return invalid(fmt::format("the breach of moves[{}] is more than a hundred years away", m));
    if (auto r = payload_is_sound(m, move.payload); !r) return r;
  }
  return {};
}

Result<void> rules_are_sound(const Problem& p) {
  if (p.limits.out_of_host < 0 || p.limits.into_host < 0 || p.limits.in_fleet < 0) return invalid("a limit is negative; 0 is none");
  const PreCopy& how = p.how;
  for (Duration d : {how.setup, how.switch_over, how.downtime_limit})
    if (d.count() < 0 || d > kLongest) return invalid("setup, switch-over and downtime limit must be 0 to a hundred years");
  if (how.most_rounds < 1) return invalid(fmt::format("most_rounds is {}; a migration has at least one", how.most_rounds));
  return {};
}

}  // namespace

Result<void> validate(const Problem& p) {
  for (const auto part : {shapes_fit, sums_fit, hosts_are_sound, apart_is_sound, moves_are_sound, rules_are_sound})
    if (auto r = part(p); !r) return r;
  return {};
}

}  // namespace headroom::migration
