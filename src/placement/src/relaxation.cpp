#include "relaxation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "capacity.h"

namespace headroom::placement {
namespace {

constexpr int kBits = 16;                   // of the fixed-point part of a lane's price
constexpr double kMostLanePrice = 0x1p40;   // keeps the exact value far within 128 bits
constexpr int kHalvings = 40;               // of the interval in which a lane's best price is
constexpr int kSweeps = 2;                  // of ascent over all lanes
constexpr int kSteps = 240;                 // of subgradient
constexpr int kPatience = 12;               // steps without a better value; then the aim comes nearer
constexpr double kFirstAim = 0.05;          // above the best value
constexpr std::size_t kSplits = 24;         // into cases, if there are few kinds and lanes
constexpr std::size_t kMostWork = 50'000;   // kinds times lanes times splits
constexpr double kNotable = 5e-4;           // of the bound: where no host costs as much, parts of one do not matter
constexpr double kCut = 1e-3;               // of a host: a smaller part of one may be a matter of rounding

__extension__ typedef __int128 Wide;

// Hosts that are all alike.
struct Kind {
  const std::int64_t* price;  // lanes; use_price, or zeros
  std::int64_t open = 0;
  std::vector<std::int64_t> safe, full;  // lanes; full: most use there can be, safe: at most that
  std::int64_t hosts = 0;
};

// How many hosts of each kind are open, at least and at most.
struct Range {
  std::int64_t least = 0, most = 0;
};

// The assignments with so many hosts open, and what none of them costs less than.
struct Case {
  std::vector<Range> open;  // kinds
  std::vector<double> price;
  std::int64_t bound = 0;
};

class Relaxation {
 public:
  explicit Relaxation(const Problem& p) : lanes_(p.lanes.size()), no_price_(lanes_, 0), need_(lanes_, 0) {
    for (std::size_t i = 0; i < p.need.size(); ++i) need_[i % lanes_] += p.need[i];
    for (const Lane& lane : p.lanes) weight_.push_back(lane.weight);
    collect(p);
  }

  Relaxed best() {
    Case all{.open = {}, .price = Prices(lanes_, 0)};
    for (const Kind& kind : kinds_) all.open.push_back({0, kind.hosts});
    open_ = &all.open;
    climb(all.price);
    step_from(all.price);
    all.bound = exact(all.price);
    Relaxed out{all.bound, all.price};
    out.bound = in_whole_hosts(std::move(all));
    return out;
  }

 private:
  using Prices = std::vector<double>;

  void collect(const Problem& p) {
    // A host that is overfull at the start may stay so, but gets no fuller (Problem::breach_price).
    std::vector<std::int64_t> most = p.capacity;
    if (p.breach_price != 0) {
      const std::vector<std::int64_t> start = use_of(p, p.home);
      for (std::size_t at = 0; at < most.size(); ++at) most[at] = std::max(most[at], start[at]);
    }
    std::map<std::vector<std::int64_t>, std::size_t> known;
    for (std::size_t h = 0; h < p.hosts; ++h) {
      Kind kind;
      kind.price = p.use_price.empty() ? no_price_.data() : &p.use_price[h * lanes_];
      kind.open = p.open_price.empty() ? 0 : p.open_price[h];
      for (std::size_t l = 0; l < lanes_; ++l) {
        kind.full.push_back(std::min(most[h * lanes_ + l], need_[l]));
        kind.safe.push_back(std::min(p.safe[h * lanes_ + l], kind.full.back()));
      }
      std::vector<std::int64_t> key{kind.open};
      key.insert(key.end(), kind.full.begin(), kind.full.end());
      key.insert(key.end(), kind.safe.begin(), kind.safe.end());
      key.insert(key.end(), kind.price, kind.price + lanes_);
      const auto [at, fresh] = known.emplace(std::move(key), kinds_.size());
      if (fresh) kinds_.push_back(std::move(kind));
      ++kinds_[at->second].hosts;
    }
  }

  // The least of (price - y) u + weight max(0, u - safe), and the least u it is at.
  template <class Number, class Price>
  static Number lane_value(Price price, Price weight, std::int64_t safe, std::int64_t full, std::int64_t& use) {
    use = 0;
    if (price >= 0) return 0;
    use = safe;
    const Number value = static_cast<Number>(price) * static_cast<Number>(safe);
    if (price + weight >= 0) return value;
    use = full;
    return value + static_cast<Number>(price + weight) * static_cast<Number>(full - safe);
  }

  // The dual's value at y, and what all hosts would use there.
  double value(const Prices& y, Prices& used) const {
    double sum = 0;
    std::vector<std::size_t> dear;  // a lane that is worth nothing is not used: most of them, mostly
    for (std::size_t l = 0; l < lanes_; ++l) {
      sum += y[l] * static_cast<double>(need_[l]);
      if (y[l] > 0) dear.push_back(l);
    }
    used.assign(lanes_, 0);
    std::vector<std::int64_t> use(lanes_);
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const Kind& kind = kinds_[k];
      auto one = static_cast<double>(kind.open);
      for (std::size_t l : dear)
        one += lane_value<double>(static_cast<double>(kind.price[l]) - y[l], static_cast<double>(weight_[l]), kind.safe[l],
                                  kind.full[l], use[l]);
      const auto hosts = static_cast<double>(one < 0 ? (*open_)[k].most : (*open_)[k].least);
      if (hosts == 0) continue;
      sum += hosts * one;
      for (std::size_t l : dear) used[l] += hosts * static_cast<double>(use[l]);
    }
    return sum;
  }

  std::int64_t exact(const Prices& y) const {
    Wide sum = 0;
    std::vector<std::int64_t> fixed(lanes_);
    for (std::size_t l = 0; l < lanes_; ++l) {
      fixed[l] = static_cast<std::int64_t>(std::ldexp(std::clamp(y[l], 0.0, kMostLanePrice), kBits));
      sum += static_cast<Wide>(fixed[l]) * need_[l];
    }
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const Kind& kind = kinds_[k];
      Wide one = static_cast<Wide>(kind.open) << kBits;
      std::int64_t use = 0;
      for (std::size_t l = 0; l < lanes_; ++l)
        one += lane_value<Wide>((kind.price[l] << kBits) - fixed[l], weight_[l] << kBits, kind.safe[l], kind.full[l], use);
      sum += one * (one < 0 ? (*open_)[k].most : (*open_)[k].least);
    }
    return sum <= 0 ? 0 : static_cast<std::int64_t>((sum + ((1 << kBits) - 1)) >> kBits);
  }

  // What one lane's price may be raised to before all hosts would be full: where the interval to halve ends.
  double dearest(std::size_t lane) const {
    double most = 0;
    for (const Kind& kind : kinds_)
      if (kind.full[lane] > 0)
        most = std::max(most, static_cast<double>(kind.open) / static_cast<double>(kind.full[lane]) +
                                  static_cast<double>(kind.price[lane] + weight_[lane]));
    return std::min(most, kMostLanePrice);
  }

  // The best price of one lane, the others as they are: the value is concave, and its slope is need less use.
  double best_price(Prices y, std::size_t lane) const {
    double low = 0, high = dearest(lane);
    Prices used;
    for (int i = 0; i < kHalvings; ++i) {
      y[lane] = (low + high) / 2;
      value(y, used);
      (static_cast<double>(need_[lane]) > used[lane] ? low : high) = y[lane];
    }
    return high;
  }

  // From the best single lane, one lane after the other.
  void climb(Prices& y) const {
    Prices used, best = y;
    double most = 0;
    for (std::size_t l = 0; l < lanes_; ++l) {
      Prices one(lanes_, 0);
      one[l] = best_price(one, l);
      if (const double v = value(one, used); v > most) most = v, best = one;
    }
    y = best;
    rise(y);
  }

  void rise(Prices& y) const {
    Prices used;
    double most = value(y, used);
    for (int sweep = 0; sweep < kSweeps; ++sweep)
      for (std::size_t l = 0; l < lanes_; ++l) {
        Prices one = y;
        one[l] = best_price(y, l);
        if (const double v = value(one, used); v > most) most = v, y = one;
      }
  }

  // Steps along the slope, a lane's price measured in what all that is needed of it comes to.
  void step_from(Prices& best) const {
    Prices y = best, used;
    double most = value(best, used), aim = kFirstAim * most;
    int missed = 0;
    for (int step = 0; step < kSteps && most > 0; ++step) {
      const double v = value(y, used);
      if (v > most) {
        most = v;
        best = y;
        missed = 0;
      } else if (++missed > kPatience) {
        aim /= 2;
        missed = 0;
        y = best;
        value(y, used);
      }
      double square = 0;
      for (std::size_t l = 0; l < lanes_; ++l)
        if (need_[l] > 0) square += std::pow(1 - used[l] / static_cast<double>(need_[l]), 2);
      if (square < 1e-18) return;
      const double length = (most + aim - v) / square;
      for (std::size_t l = 0; l < lanes_; ++l)
        if (const auto n = static_cast<double>(need_[l]); n > 0) y[l] = std::max(0.0, y[l] + length * (1 - used[l] / n) / n);
    }
  }

  // A host that is a third needed is open or not: either at most as many of its kind are open as are needed wholly, or one more at
  // least. The lesser of the two bounds holds for all, and so on with the case that has the least.
  std::int64_t in_whole_hosts(Case all) {
    std::int64_t dearest_host = 0;
    for (const Kind& kind : kinds_) dearest_host = std::max(dearest_host, kind.open);
    std::vector<Case> cases;
    const auto later = [](const Case& a, const Case& b) { return a.bound > b.bound; };
    cases.push_back(std::move(all));
    const std::size_t splits = std::min<std::size_t>(kSplits, kMostWork / (kinds_.size() * lanes_ + 1));
    for (std::size_t split = 0; split < splits; ++split) {
      const Case& least = cases.front();
      if (static_cast<double>(dearest_host) < kNotable * static_cast<double>(least.bound)) break;
      const Partly part = partly(least);
      if (part.kind == kinds_.size()) break;
      std::pop_heap(cases.begin(), cases.end(), later);
      Case fewer = std::move(cases.back());
      Case more = fewer;
      fewer.open[part.kind].most = part.whole;
      more.open[part.kind].least = part.whole + 1;
      cases.back() = better(std::move(fewer));
      std::push_heap(cases.begin(), cases.end(), later);
      cases.push_back(better(std::move(more)));
      std::push_heap(cases.begin(), cases.end(), later);
    }
    open_ = nullptr;
    return cases.front().bound;
  }

  // So few hosts that they cannot hold what is needed: no assignment is in that case.
  bool impossible(const Case& one) const {
    for (std::size_t l = 0; l < lanes_; ++l) {
      Wide room = 0;
      for (std::size_t k = 0; k < kinds_.size(); ++k) room += static_cast<Wide>(kinds_[k].full[l]) * one.open[k].most;
      if (room < need_[l]) return true;
    }
    return false;
  }

  Case better(Case one) {
    if (impossible(one)) {
      one.bound = std::numeric_limits<std::int64_t>::max();
      return one;
    }
    open_ = &one.open;
    const Prices before = one.price;
    rise(one.price);
    step_from(one.price);
    one.bound = std::max({one.bound, exact(one.price), exact(before)});
    return one;
  }

  // The kind of which a part of a host is open when hosts are opened by what they cost over what they are worth until they have
  // all that is needed of the lane that is worth most; no kind if it comes out even.
  struct Partly {
    std::size_t kind;
    std::int64_t whole = 0;
  };
  Partly partly(const Case& one) const {
    const Prices& y = one.price;
    std::size_t lane = 0;
    for (std::size_t l = 1; l < lanes_; ++l)
      if (y[l] * static_cast<double>(need_[l]) > y[lane] * static_cast<double>(need_[lane])) lane = l;
    struct Option {
      double value;
      std::size_t kind;
      double use;
    };
    std::vector<Option> options;
    auto left = static_cast<double>(need_[lane]);
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const Kind& kind = kinds_[k];
      auto cost = static_cast<double>(kind.open);
      double use_there = 0;
      for (std::size_t l = 0; l < lanes_; ++l) {
        std::int64_t use = 0;
        cost += lane_value<double>(static_cast<double>(kind.price[l]) - y[l], static_cast<double>(weight_[l]), kind.safe[l],
                                   kind.full[l], use);
        if (l == lane) use_there = static_cast<double>(use > 0 ? use : kind.safe[l]);
      }
      if (use_there <= 0) continue;
      left -= use_there * static_cast<double>(one.open[k].least);
      options.push_back({cost / use_there, k, use_there});
    }
    std::stable_sort(options.begin(), options.end(), [](const Option& a, const Option& b) { return a.value < b.value; });
    for (const Option& option : options) {
      const Range open = one.open[option.kind];
      const double all = option.use * static_cast<double>(open.most - open.least);
      if (left > 0 && left < all) {
        const double whole = std::floor(left / option.use);
        if (left - whole * option.use > kCut * option.use)
          return {option.kind, open.least + static_cast<std::int64_t>(whole)};
        return {kinds_.size()};
      }
      left -= all;
    }
    return {kinds_.size()};
  }

  std::size_t lanes_;
  std::vector<std::int64_t> no_price_, need_, weight_;
  std::vector<Kind> kinds_;
  const std::vector<Range>* open_ = nullptr;  // of the case that is looked at
};

}  // namespace

Relaxed relax(const Problem& problem) { return Relaxation(problem).best(); }

}  // namespace headroom::placement
