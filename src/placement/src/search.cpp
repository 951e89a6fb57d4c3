#include "search.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace headroom::placement {
namespace {

constexpr std::uint64_t kRounds = 256;       // of a stretch at one temperature; a millisecond or less
constexpr std::uint64_t kHardenEvery = 64;   // stretches: it looks at all hosts
constexpr std::int32_t kItemsBetweenLooks = 64;
constexpr std::uint32_t kDrainOdds = 12;     // of 1024 rounds; one costs as much as some fifty others
constexpr double kHardly = 1e-3;             // of the cost: a round of descent that gains less is the last

}  // namespace

double Search::spent() const {
  if (spent_) return spent_();
  return tries_ == 0 ? 1 : static_cast<double>(tally_.tries) / static_cast<double>(tries_);
}

void Search::descend(double until) {
  const auto items = static_cast<std::int32_t>(state_.layout().items);
  for (std::int64_t before = state_.cost() + 1; before > state_.cost();) {
    before = state_.cost();
    for (std::int32_t item = 0; item < items; ++item) {
      if (item % kItemsBetweenLooks == 0 && spent() >= until) return;
      const Pick pick = cheapest(item);
      if (pick.host >= 0 && pick.change < 0) put(item, pick);
    }
    if (static_cast<double>(before - state_.cost()) < kHardly * static_cast<double>(before)) return;
  }
}

std::vector<std::int32_t> Search::worst_value_first() const {
  const Layout& layout = state_.layout();
  std::vector<std::int32_t> order;
  std::vector<double> price(layout.hosts, 0);
  for (std::size_t h = 0; h < layout.hosts; ++h) {
    const auto host = static_cast<std::int32_t>(h);
    double size = 1;
    for (std::int32_t item : state_.items_on(host)) size += static_cast<double>(layout.size[static_cast<std::size_t>(item)]);
    price[h] = static_cast<double>(state_.host_cost(host)) / size;
    if (layout.open_price[h] > 0 && !state_.items_on(host).empty()) order.push_back(host);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return price[static_cast<std::size_t>(a)] > price[static_cast<std::size_t>(b)];
  });
  return order;
}

void Search::empty_hosts(double until) {
  if (!state_.layout().priced) return;
  const auto hosts = static_cast<std::int32_t>(state_.layout().hosts);
  for (bool some = true; some;) {
    some = false;
    for (std::int32_t host : worst_value_first()) {
      if (spent() >= until) return;
      some |= kernel_.drain(state_, {.host = host, .places = hosts, .most = -1}, best_, tally_);
    }
  }
}

void Search::anneal(const Cooling& cooling, Stream stream) {
  Stretch stretch;
  stretch.random = stream;
  stretch.rounds = kRounds;
  stretch.homing = cooling.homing;
  stretch.chain_odds = cooling.chain_odds;
  stretch.drain_odds = state_.layout().priced ? kDrainOdds : 0;
  stretch.best = &best_;
  std::uint64_t harden_every = kHardenEvery;
  std::optional<Blocks> blocks;
  if (confined_ != nullptr) {
    blocks.emplace(*confined_);
    stretch.rounds *= blocks->stretches();
    harden_every = std::max<std::uint64_t>(1, harden_every / blocks->stretches());
    stretch.drain_odds = 0;
  }
  const double begin = spent();
  double sum = 0, hardened = 0;
  std::uint64_t stretches = 0;
  for (double now = begin; now < cooling.until; now = spent()) {
    const double share = (now - begin) / (cooling.until - begin);
    stretch.temperature = cooling.from * std::pow(cooling.to / cooling.from, share);
    stretch.guidance = state_.guide().strength(stretch.temperature);
    if (state_.excess().on()) {
      stretch.strictness = cooling.strict_from * std::pow(cooling.strict_to / cooling.strict_from, share);
      if (stretches % harden_every == harden_every - 1) {
        state_.harden(std::pow(cooling.rise, share - hardened), std::pow(cooling.fall, hardened - share));
        hardened = share;
      }
    }
    if (blocks) stretch.field = {blocks->next(stretch.random), confined_->shut.data()};
    const std::uint64_t before = tally_.tries;
    kernel_.anneal(state_, stretch, tally_);
    // Where nothing can be tried (one host, one item) a round must cost something, or the budget would never be spent.
    if (tally_.tries == before) tally_.tries += kRounds;
    sum += static_cast<double>(state_.cost());
    ++stretches;
  }
  mean_cost_ = stretches == 0 ? static_cast<double>(state_.cost()) : sum / static_cast<double>(stretches);
}

Pick Search::cheapest(std::int32_t item) {
  return kernel_.best_host(state_, item, nullptr, 0, static_cast<std::int32_t>(state_.layout().hosts), tally_);
}

Pick Search::cheapest_confined(std::int32_t item, std::size_t first, std::size_t count, double strictness) {
  Stretch stretch;
  stretch.strictness = soft() ? strictness : 0;
  stretch.field = {std::span(confined_->open).subspan(first, count), confined_->shut.data()};
  return kernel_.best_in_field(state_, item, stretch, tally_);
}

void Search::put(std::int32_t item, const Pick& pick) {
  best_.moved(item, state_.host_of(item));
  state_.move(item, pick.host, pick.change);
  ++tally_.moves;
  best_.look(state_);
}

void Search::firm(const Assignment& sound) {
  const bool fits = state_.excess().total() == 0;
  state_.firm();
  if (!fits && !mend()) restart(sound);
}

bool Search::mend() {
  const auto hosts = static_cast<std::int32_t>(state_.layout().hosts);
  for (std::int32_t host = 0; host < hosts; ++host)
    for (double lack = lacking(host, nullptr); lack > 0; lack = lacking(host, nullptr))
      if (spent() >= 1 || !push_one_off(host, lack)) return false;
  best_.look(state_);
  return true;
}

double Search::lacking(std::int32_t host, const std::int32_t* without) const {
  const Layout& layout = state_.layout();
  const std::int32_t *room = state_.room(host), *limit = layout.limit[static_cast<std::size_t>(host)];
  const std::int32_t* charged = without == nullptr ? nullptr : state_.charged(*without, host);
  double sum = 0;
  for (std::size_t l = 0; l < layout.width; ++l) {
    const std::int32_t relief = charged == nullptr ? 0 : layout.need[static_cast<std::size_t>(*without)][l] & charged[l];
    if (room[l] + relief < 0) sum += -static_cast<double>(room[l] + relief) / std::max(1, limit[l]);
  }
  return sum;
}

bool Search::push_one_off(std::int32_t host, double lack) {
  std::int32_t chosen = -1;
  Pick goes;
  for (std::int32_t item : state_.items_on(host)) {
    const double left = lacking(host, &item);
    if (left > lack || (left == lack && left > 0)) continue;
    const Pick pick = cheapest(item);
    if (pick.host < 0 || (chosen >= 0 && left == lack && pick.change >= goes.change)) continue;
    chosen = item;
    goes = pick;
    lack = left;
  }
  if (chosen < 0) return false;
  best_.moved(chosen, host);  // not put(): nothing is an answer before all hosts are mended
  state_.move(chosen, goes.host, goes.change);
  ++tally_.moves;
  return true;
}

void Search::restart(const Assignment& from) {
  state_.become(from);
  best_ = Best(state_);
}

}  // namespace headroom::placement
