#include "relaxation.h"

#include <algorithm>
#include <cmath>
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

__extension__ typedef __int128 Wide;

// Hosts that are all alike.
struct Kind {
  const std::int64_t* price;  // lanes; use_price, or zeros
  std::int64_t open = 0;
  std::vector<std::int64_t> safe, full;  // lanes; full: most use there can be, safe: at most that
  std::int64_t hosts = 0;
};

class Relaxation {
 public:
  explicit Relaxation(const Problem& p) : lanes_(p.lanes.size()), no_price_(lanes_, 0), need_(lanes_, 0) {
    for (std::size_t i = 0; i < p.need.size(); ++i) need_[i % lanes_] += p.need[i];
    for (const Lane& lane : p.lanes) weight_.push_back(lane.weight);
    collect(p);
  }

  Relaxed best() {
    Prices y(lanes_, 0);
    climb(y);
    step_from(y);
    return {exact(y), y};
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
    for (const Kind& kind : kinds_) {
      auto one = static_cast<double>(kind.open);
      for (std::size_t l : dear)
        one += lane_value<double>(static_cast<double>(kind.price[l]) - y[l], static_cast<double>(weight_[l]), kind.safe[l],
                                  kind.full[l], use[l]);
      if (one >= 0) continue;
      const auto hosts = static_cast<double>(kind.hosts);
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
    for (const Kind& kind : kinds_) {
      Wide one = static_cast<Wide>(kind.open) << kBits;
      std::int64_t use = 0;
      for (std::size_t l = 0; l < lanes_; ++l)
        one += lane_value<Wide>((kind.price[l] << kBits) - fixed[l], weight_[l] << kBits, kind.safe[l], kind.full[l], use);
      if (one < 0) sum += one * kind.hosts;
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

  std::size_t lanes_;
  std::vector<std::int64_t> no_price_, need_, weight_;
  std::vector<Kind> kinds_;
};

}  // namespace

Relaxed relax(const Problem& problem) { return Relaxation(problem).best(); }

}  // namespace headroom::placement
