#include "headroom/challenge/roadef2012.h"

#include <fmt/format.h>

#include <iterator>
#include <new>

#include "file_text.h"
#include "headroom/placement/check.h"
#include "numbers.h"

namespace headroom::challenge {
namespace {

using placement::Problem;

std::int32_t narrow(std::int64_t value) { return static_cast<std::int32_t>(value); }

void read_resources(Numbers& in, Problem& p) {
  const std::size_t count = in.count({"the number of resources"}, 2);
  for (std::size_t r = 0; r < count && in.ok(); ++r) {
    const bool transient = in.next({"transient", "resource", r}, 0, 1) != 0;
    p.lanes.push_back({transient, in.next({"loadCostWeight", "resource", r})});
  }
}

void read_machines(Numbers& in, Problem& p) {
  const std::size_t lanes = p.lanes.size();
  p.hosts = in.count({"the number of machines"}, 2 + 2 * lanes);
  for (std::size_t m = 0; m < p.hosts && in.ok(); ++m) {
    p.neighbourhood.push_back(narrow(in.next({"neighbourhood", "machine", m})));
    p.location.push_back(narrow(in.next({"location", "machine", m})));
    for (std::size_t r = 0; r < lanes; ++r) p.capacity.push_back(in.next({"capacity", "machine", m}));
    for (std::size_t r = 0; r < lanes; ++r) p.safe.push_back(in.next({"safetyCapacity", "machine", m}));
    for (std::size_t to = 0; to < p.hosts && in.ok(); ++to) p.distance.push_back(narrow(in.next({"moveCost", "machine", m})));
  }
}

void read_services(Numbers& in, Problem& p) {
  const std::size_t count = in.count({"the number of services"}, 2);
  for (std::size_t s = 0; s < count && in.ok(); ++s) {
    placement::Group group;
    group.apart = true;
    group.least_locations = narrow(in.next({"spreadMin", "service", s}));
    const std::size_t near = in.count({"the number of dependencies", "service", s}, 1);
    for (std::size_t d = 0; d < near && in.ok(); ++d)
      group.near.push_back(narrow(in.next({"a dependency", "service", s}, 0, static_cast<std::int64_t>(count) - 1)));
    p.groups.push_back(std::move(group));
  }
}

void read_processes(Numbers& in, Problem& p) {
  const std::size_t lanes = p.lanes.size();
  p.items = in.count({"the number of processes"}, 2 + lanes);
  for (std::size_t i = 0; i < p.items && in.ok(); ++i) {
    p.group.push_back(narrow(in.next({"service", "process", i}, 0, static_cast<std::int64_t>(p.groups.size()) - 1)));
    for (std::size_t r = 0; r < lanes; ++r) p.need.push_back(in.next({"requirement", "process", i}));
    p.away_price.push_back(in.next({"processMoveCost", "process", i}));
  }
}

void read_costs(Numbers& in, Problem& p) {
  const std::size_t count = in.count({"the number of balance costs"}, 4);
  const std::int64_t last = static_cast<std::int64_t>(p.lanes.size()) - 1;
  for (std::size_t b = 0; b < count && in.ok(); ++b) {
    placement::Balance balance;
    balance.of = static_cast<std::size_t>(in.next({"the first resource", "balance cost", b}, 0, last));
    balance.against = static_cast<std::size_t>(in.next({"the second resource", "balance cost", b}, 0, last));
    balance.target = in.next({"target", "balance cost", b});
    balance.weight = in.next({"weight", "balance cost", b});
    p.balances.push_back(balance);
  }
  const std::int64_t away = in.next({"processMoveCostWeight"});
  for (std::int64_t& price : p.away_price) price *= away;  // each below 2^31
  p.group_away_weight = in.next({"serviceMoveCostWeight"});
  p.distance_weight = in.next({"machineMoveCostWeight"});
}

Result<Problem> read_model(const std::filesystem::path& path) {
  const auto text = file_text(path);
  if (!text) return tl::unexpected(text.error());
  Numbers in(path.string(), *text);
  Problem p;
  read_resources(in, p);
  read_machines(in, p);
  read_services(in, p);
  read_processes(in, p);
  read_costs(in, p);
  in.end();
  if (auto good = in.outcome(); !good) return tl::unexpected(good.error());
  p.home.assign(p.items, 0);
  if (auto good = validate(p); !good) return invalid(fmt::format("{}: {}", path.string(), good.error().message));
  return p;
}

Result<void> read_homes(const std::filesystem::path& path, Problem& p) {
  const auto text = file_text(path);
  if (!text) return tl::unexpected(text.error());
  Numbers in(path.string(), *text);
  for (std::size_t i = 0; i < p.items && in.ok(); ++i)
    p.home[i] = narrow(in.next({"the machine", "process", i}, 0, static_cast<std::int64_t>(p.hosts) - 1));
  in.end();
  return in.outcome();
}

Result<Problem> read_both(const std::filesystem::path& model, const std::filesystem::path& assignment) {
  auto problem = read_model(model);
  if (!problem) return problem;
  if (auto good = read_homes(assignment, *problem); !good) return tl::unexpected(good.error());
  const auto breaches = check(*problem, problem->home);
  if (breaches.empty()) return problem;
  const std::string more = breaches.size() == 1 ? "" : fmt::format(" (and {} more)", breaches.size() - 1);
  return invalid(fmt::format("{}: is no start for this model: {}{}; give one that keeps every constraint", assignment.string(),
                             breaches.front(), more));
}

}  // namespace

Result<Problem> read_roadef2012(const std::filesystem::path& model, const std::filesystem::path& assignment) {
  try {
    return read_both(model, assignment);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::kFailed, fmt::format("{}: not enough memory", model.string()));
  }
}

std::string roadef2012_model(const Problem& p) {
  std::string out;
  const auto put = [&](auto... numbers) {
    ((fmt::format_to(std::back_inserter(out), "{} ", numbers)), ...);
  };
  const auto put_row = [&](const auto& table, std::size_t row, std::size_t width) {
    for (std::size_t l = 0; l < width; ++l) put(table[row * width + l]);
  };
  const auto line = [&](auto... numbers) {
    put(numbers...);
    out.back() = '\n';
  };
  line(p.lanes.size());
  for (const placement::Lane& lane : p.lanes) line(lane.transient ? 1 : 0, lane.weight);
  line(p.hosts);
  for (std::size_t h = 0; h < p.hosts; ++h) {
    put(p.neighbourhood[h], p.location[h]);
    put_row(p.capacity, h, p.lanes.size());
    put_row(p.safe, h, p.lanes.size());
    for (std::size_t to = 0; to < p.hosts; ++to) put(p.distance.empty() ? 0 : p.distance[h * p.hosts + to]);
    out.back() = '\n';
  }
  line(p.groups.size());
  for (const placement::Group& group : p.groups) {
    put(group.least_locations, group.near.size());
    for (std::int32_t near : group.near) put(near);
    out.back() = '\n';
  }
  line(p.items);
  for (std::size_t i = 0; i < p.items; ++i) {
    put(p.group[i]);
    put_row(p.need, i, p.lanes.size());
    line(p.away_price[i]);
  }
  line(p.balances.size());
  for (const placement::Balance& b : p.balances) line(b.of, b.against, b.target, b.weight);
  line(1, p.group_away_weight, p.distance_weight);
  return out;
}

std::string roadef2012_assignment(const placement::Assignment& assignment) {
  std::string out;
  for (std::int32_t host : assignment) fmt::format_to(std::back_inserter(out), "{} ", host);
  if (!out.empty()) out.back() = '\n';
  return out;
}

}  // namespace headroom::challenge
