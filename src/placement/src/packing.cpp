#include "packing.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "headroom/placement/bound.h"

namespace headroom::placement {
namespace {

// Temperatures as shares of an item's scale. Three times as hot or as cold changes the gap by a tenth of it at most.
constexpr double kHot = 0.1, kWarm = 0.005, kCold = 3e-4;  // it is warm in the middle, and where it goes on after hosts were opened
// Of soft limits: cost of a unit of excess, which gets dearer from the first temperature to the second; and by what factor its prices
// rise in a step where a host stays overfull. They never fall.
constexpr double kSoftest = 1, kStrict = 1e-3, kStrictest = 200, kRise = 1.2;
constexpr int kSteps = 10;               // of a cooling, from hot to warm or from there to cold

constexpr int kTrades = 16;              // of a host for cheaper ones,
constexpr std::size_t kInstead = 3;      // of so many at most,
constexpr std::size_t kKinds = 64;       // and of so many kinds
constexpr std::size_t kPlacesToGo = 1024;  // open hosts looked at for an item that leaves a shut one; all if none of them will do
constexpr std::size_t kItemsBetweenLooks = 64;  // at the time
constexpr double kFirst = 0.6;           // of the time, for the first cooling, half of it from hot to warm
constexpr double kFar = 0.05;            // from the bound, when it is warm: then the rest is cut short
constexpr double kCutShort = 0.15;       // of the time that was left
constexpr double kAgain = 0.08;          // of the time, for each cooling after hosts were opened for what did not fit
constexpr double kAgainOf = 0.25;        // of what time is left then, for each after hosts were opened for what is overloaded
constexpr double kOpened = 0.25;         // of the hosts that the overload would pay for

double strictness(double share_of_scale) {
  const double way = std::log(share_of_scale / kSoftest) / std::log(kStrict / kSoftest);
  return std::pow(kStrictest, std::clamp(way, 0.0, 1.0)) / Excess::kUnit;
}

}  // namespace

Packing::Packing(Search& search)
    : search_(search), layout_(search.state().layout()),
      scale_(static_cast<double>(layout_.relaxed.bound) / static_cast<double>(std::max<std::size_t>(1, layout_.items))) {
  scale_ = std::max(1.0, scale_);
}

// What of a lane is worth using: up to safe, unless it is worth more than what use above it costs.
std::int64_t Packing::useful(std::int32_t host, std::size_t lane) const {
  const Problem& p = layout_.problem;
  const std::size_t at = static_cast<std::size_t>(host) * p.lanes.size() + lane;
  const std::int64_t weight = p.lanes[lane].weight;
  const auto dear = static_cast<double>(weight + layout_.use_price[static_cast<std::size_t>(host)][lane]);
  return weight == 0 || layout_.relaxed.lane_price[lane] > dear ? p.capacity[at] : std::min(p.safe[at], p.capacity[at]);
}

// What is saved when it is shut: all of its items have to move then.
double Packing::price(std::int32_t host) const {
  auto price = static_cast<double>(layout_.open_price[static_cast<std::size_t>(host)]);
  for (std::int32_t item : search_.state().items_on(host))
    if (layout_.home[item] == host) price -= static_cast<double>(layout_.away_price[item]);
  return price;
}

// Hosts that it would pay to shut, by what a full one costs over what its lanes are worth.
std::vector<std::int32_t> Packing::worst_value_first() const {
  std::vector<double> value(layout_.hosts, 0);
  std::vector<std::int32_t> order;
  for (std::int32_t host = 0; host < static_cast<std::int32_t>(layout_.hosts); ++host) {
    double cost = price(host), worth = 0;
    if (cost <= 0) continue;
    for (std::size_t l = 0; l < layout_.problem.lanes.size(); ++l) {
      const auto use = static_cast<double>(useful(host, l));
      worth += layout_.relaxed.lane_price[l] * use;
      cost += static_cast<double>(layout_.use_price[static_cast<std::size_t>(host)][l]) * use;
    }
    value[static_cast<std::size_t>(host)] = cost / std::max(worth, 1e-9);
    order.push_back(host);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return value[a] > value[b]; });
  return order;
}

void Packing::choose() {
  const Problem& p = layout_.problem;
  const std::size_t lanes = p.lanes.size();
  std::vector<std::int64_t> spare(lanes, 0);
  for (std::size_t at = 0; at < p.need.size(); ++at) spare[at % lanes] -= p.need[at];
  for (std::int32_t host = 0; host < static_cast<std::int32_t>(layout_.hosts); ++host)
    for (std::size_t l = 0; l < lanes; ++l) spare[l] += useful(host, l);
  for (std::int32_t host : worst_value_first()) {
    bool dispensable = true;
    for (std::size_t l = 0; l < lanes; ++l) {
      const std::int64_t use = useful(host, l);
      dispensable = dispensable && (use == 0 || spare[l] >= use);
    }
    if (!dispensable) {
      kept_.push_back(host);
      continue;
    }
    for (std::size_t l = 0; l < lanes; ++l) spare[l] -= useful(host, l);
    shut_.push_back(host);
  }
  for (int trades = 0; trades < kTrades && trade(spare); ++trades) {}
  shut(shut_);
}

void Packing::shut(const std::vector<std::int32_t>& hosts) {
  hosts_.shut.assign(layout_.hosts, 0);
  for (std::int32_t host : hosts) hosts_.shut[static_cast<std::size_t>(host)] = 1;
  hosts_.open.clear();
  for (std::size_t h = 0; h < layout_.hosts; ++h)
    if (hosts_.shut[h] == 0) hosts_.open.push_back(static_cast<std::int32_t>(h));
}

// Some hosts of each kind, of so many kinds at most: their places in a list.
std::vector<std::size_t> Packing::some_of_each_kind(const std::vector<std::int32_t>& hosts, std::size_t most) const {
  std::map<std::vector<std::int64_t>, std::size_t> known;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < hosts.size() && known.size() <= kKinds; ++at) {
    std::vector<std::int64_t> kind{layout_.open_price[static_cast<std::size_t>(hosts[at])]};
    for (std::size_t l = 0; l < layout_.problem.lanes.size(); ++l) kind.push_back(useful(hosts[at], l));
    if (++known[std::move(kind)] <= most) places.push_back(at);
  }
  return places;
}

// Shut hosts that, opened instead of one, leave room enough; one after the other the cheapest for what it has of what is missing. What
// they cost is `cost` then; none where it would be as much as that is now.
std::vector<std::size_t> Packing::instead_of(std::int32_t host, const std::vector<std::int64_t>& spare, double& cost) const {
  std::vector<std::int64_t> missing(spare.size());
  for (std::size_t l = 0; l < spare.size(); ++l)
    missing[l] = std::max<std::int64_t>(0, useful(host, l) - std::max<std::int64_t>(0, spare[l]));
  const auto price_of_part = [&](std::int32_t other) {
    double has = 0;
    for (std::size_t l = 0; l < spare.size(); ++l)
      if (missing[l] > 0) has += static_cast<double>(std::min(missing[l], useful(other, l))) / static_cast<double>(missing[l]);
    return price(other) / std::max(has, 1e-9);
  };
  std::vector<std::size_t> chosen, options = some_of_each_kind(shut_, kInstead);
  double sum = 0;
  while (std::any_of(missing.begin(), missing.end(), [](std::int64_t m) { return m > 0; })) {
    const auto best = std::min_element(options.begin(), options.end(), [&](std::size_t a, std::size_t b) {
      return price_of_part(shut_[a]) < price_of_part(shut_[b]);
    });
    if (best == options.end() || chosen.size() == kInstead) return {};
    chosen.push_back(*best);
    options.erase(best);
    sum += price(shut_[chosen.back()]);
    if (sum >= cost) return {};
    for (std::size_t l = 0; l < spare.size(); ++l) missing[l] -= std::min(missing[l], useful(shut_[chosen.back()], l));
  }
  cost = sum;
  return chosen;
}

// The last host may be larger than it need be: shuts one and opens cheaper ones instead, where that saves most. False when none does.
bool Packing::trade(std::vector<std::int64_t>& spare) {
  double most = 0;
  std::size_t keep = 0;
  std::vector<std::size_t> opened;
  for (const std::size_t k : some_of_each_kind(kept_, 1)) {
    const double saved = price(kept_[k]);
    double cost = saved - most;
    std::vector<std::size_t> instead = instead_of(kept_[k], spare, cost);
    if (instead.empty()) continue;
    most = saved - cost;
    keep = k;
    opened = std::move(instead);
  }
  if (opened.empty()) return false;
  const std::int32_t out = kept_[keep];
  for (std::size_t l = 0; l < spare.size(); ++l) {
    spare[l] -= useful(out, l);
    for (std::size_t at : opened) spare[l] += useful(shut_[at], l);
  }
  kept_[keep] = shut_[opened.front()];
  shut_[opened.front()] = out;
  for (std::size_t i = 1; i < opened.size(); ++i) kept_.push_back(shut_[opened[i]]);
  const std::vector<std::int32_t> all = shut_;
  shut_.clear();
  for (std::size_t at = 0; at < all.size(); ++at)
    if (std::find(opened.begin() + 1, opened.end(), at) == opened.end()) shut_.push_back(all[at]);
  return true;
}

void Packing::open(std::int32_t host) {
  hosts_.shut[static_cast<std::size_t>(host)] = 0;
  hosts_.open.push_back(host);
}

// False when the time is over first.
bool Packing::evacuate(double until) {
  std::vector<std::int32_t> items;
  for (std::int32_t host : shut_)
    for (std::int32_t item : search_.state().items_on(host)) items.push_back(item);
  std::stable_sort(items.begin(), items.end(),
                   [&](std::int32_t a, std::int32_t b) { return layout_.size[a] > layout_.size[b]; });
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i % kItemsBetweenLooks == 0 && search_.spent() >= until) return false;
    if (leave(items[i], false) || leave(items[i], true) || search_.soft()) continue;
    search_.soften(scale_);
    leave(items[i], true);
  }
  return true;
}

bool Packing::leave(std::int32_t item, bool everywhere) {
  const std::size_t count = everywhere ? hosts_.open.size() : std::min(kPlacesToGo, hosts_.open.size());
  if (looked_from_ + count > hosts_.open.size()) looked_from_ = 0;
  const Pick pick = search_.cheapest_confined(item, everywhere ? 0 : looked_from_, count, strictness(kStrict));
  if (!everywhere) looked_from_ += count;
  if (pick.host < 0) return false;
  search_.put(item, pick);
  return true;
}

void Packing::cool(double from, double to, double until, Stream& chance) {
  const double begin = search_.spent();
  const auto share = [&](int step) { return from * std::pow(to / from, static_cast<double>(step) / kSteps); };
  search_.confine(&hosts_);
  for (int step = 0; step < kSteps; ++step) {
    Cooling cooling{share(step) * scale_, share(step + 1) * scale_, begin + (until - begin) * (step + 1) / kSteps};
    cooling.strict_from = strictness(share(step));
    cooling.strict_to = strictness(share(step + 1));
    cooling.rise = kRise;
    search_.anneal(cooling, Stream(chance.next(), 0, 0));
  }
  search_.confine(nullptr);
}

// What hosts hold above their limits, in hosts.
double Packing::excess() const {
  double sum = 0;
  for (std::int32_t host = 0; host < static_cast<std::int32_t>(layout_.hosts); ++host) {
    double most = 0;
    for (std::size_t l = 0; l < layout_.problem.lanes.size(); ++l)
      if (const std::int32_t room = search_.state().room(host)[l]; room < 0)
        most = std::max(most, -static_cast<double>(room) / std::max(1, layout_.limit[static_cast<std::size_t>(host)][l]));
    sum += most;
  }
  return sum;
}

// One item off a host, whichever that costs least for, as long as it is overfull. False when none can go.
bool Packing::unload(std::int32_t host, bool may_open) {
  const std::int32_t* room = search_.state().room(host);
  std::int32_t who = -1;
  Pick goes;
  for (std::int32_t item : search_.state().items_on(host)) {
    const std::int32_t* need = layout_.need[static_cast<std::size_t>(item)];
    bool helps = false;
    for (std::size_t l = 0; l < layout_.width; ++l) helps = helps || (room[l] < 0 && need[l] > 0);
    if (!helps) continue;
    const Pick pick = may_open ? search_.cheapest(item) : search_.cheapest_confined(item, 0, hosts_.open.size(), 0);
    if (pick.host < 0 || (who >= 0 && pick.change >= goes.change)) continue;
    who = item;
    goes = pick;
  }
  if (who < 0) return false;
  search_.put(who, goes);
  return true;
}

// True when nothing is overfull any more.
bool Packing::mend(double until, bool may_open) {
  if (search_.state().excess().total() == 0) return true;
  search_.confine(&hosts_);
  for (std::int32_t host = 0; host < static_cast<std::int32_t>(layout_.hosts); ++host) {
    const std::int32_t* room = search_.state().room(host);
    while (std::any_of(room, room + layout_.width, [](std::int32_t r) { return r < 0; }))
      if (search_.spent() >= until || !unload(host, may_open)) return false;
  }
  return true;
}

// What overload costs above what it must with these hosts open, if needs could be cut.
double Packing::avoidable_overload() const {
  const Problem& p = layout_.problem;
  const std::size_t lanes = p.lanes.size();
  double overload = 0;
  std::vector<std::int64_t> above(lanes, 0);
  for (std::size_t at = 0; at < p.need.size(); ++at) above[at % lanes] += p.need[at];
  for (std::int32_t host : hosts_.open) {
    overload += static_cast<double>(search_.state().heat(host));
    for (std::size_t l = 0; l < lanes; ++l) above[l] -= p.safe[static_cast<std::size_t>(host) * lanes + l];
  }
  for (std::size_t l = 0; l < lanes; ++l)
    overload -= static_cast<double>(p.lanes[l].weight) * static_cast<double>(std::max<std::int64_t>(0, above[l]));
  return overload;
}

// One host at least, and more until they cost as much; the best value for money first.
void Packing::reopen(double worth) {
  do {
    const std::int32_t host = shut_.back();
    shut_.pop_back();
    open(host);
    worth -= static_cast<double>(layout_.open_price[static_cast<std::size_t>(host)]);
  } while (worth > 0 && !shut_.empty());
}

void Packing::make_all_fit(double begin, double until, Stream& chance) {
  const double length = until - begin;
  double before = 1 / kOpened;
  while (!mend(until, false) && !shut_.empty() && search_.spent() + kAgain * length < until) {
    const auto price = static_cast<double>(layout_.open_price[static_cast<std::size_t>(shut_.back())]);
    const double now = excess();
    if (now > before / 2) reopen(kOpened * now * price);
    before = now;
    cool(kWarm, kCold, search_.spent() + kAgain * length, chance);
  }
  const bool fits = mend(until, true);
  if (search_.soft()) search_.firm(fits ? search_.present() : search_.best());
  std::erase_if(shut_, [&](std::int32_t host) {
    const bool opened = !search_.state().items_on(host).empty();
    if (opened) open(host);
    return opened;
  });
}

void Packing::open_what_pays(double until, Stream& chance) {
  const double length = until - search_.spent();
  while (!shut_.empty()) {
    const double overload = avoidable_overload();
    if (overload < static_cast<double>(layout_.open_price[static_cast<std::size_t>(shut_.back())])) return;
    const std::int64_t before = search_.cost();
    reopen(kOpened * overload);
    cool(kWarm, kCold, std::min(until, search_.spent() + kAgainOf * length), chance);
    if (search_.cost() >= before || search_.spent() >= until) return;
  }
}

bool Packing::run(double until, Stream chance) {
  const double begin = search_.spent();
  if (begin >= until) return true;
  choose();
  search_.confine(&hosts_);
  bool near = true;
  if (evacuate(until)) {
    const double half = kFirst / 2 * (until - begin);
    cool(kHot, kWarm, begin + half, chance);
    near = gap(search_.present_cost(), layout_.relaxed.bound) < kFar;
    if (!near) until = search_.spent() + kCutShort * (until - search_.spent());
    cool(kWarm, kCold, near ? begin + 2 * half : (search_.spent() + until) / 2, chance);
    make_all_fit(begin, until, chance);
    open_what_pays(until, chance);
  }
  end();
  return near;
}

void Packing::resume(double until, Stream chance) {
  const double begin = search_.spent();
  if (begin >= until) return;
  shut_ = worst_value_first();
  std::erase_if(shut_, [&](std::int32_t host) { return !search_.state().items_on(host).empty(); });
  shut(shut_);
  cool(kWarm, kCold, begin + kFirst * (until - begin), chance);
  open_what_pays(until, chance);
  end();
}

void Packing::end() {
  if (search_.soft()) search_.firm(search_.best());
  search_.confine(nullptr);
  search_.restart(search_.best());
}

}  // namespace headroom::placement
