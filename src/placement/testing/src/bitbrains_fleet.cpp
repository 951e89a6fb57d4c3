#include "headroom/placement_testing/bitbrains_fleet.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "chance.h"

namespace headroom::placement_testing {
namespace {

using placement::Problem;

constexpr double kStandard[kBitbrainsResources] = {32'000, 131'072, 500'000, 1'000'000};
constexpr double kMedian[kBitbrainsResources] = {16.0, 105, 4.5, 2.8};
constexpr double kDeviation[kBitbrainsResources] = {2.36, 1.85, 2.25, 2.30};
constexpr double kChange[kBitbrainsHorizons - 1][kBitbrainsResources] = {{.22, .37, .29, .22}, {.28, .36, .61, .45}};
constexpr double kOpenUsd[3] = {1.20, 2.20, 1.50};
constexpr std::int64_t kCoreNanoUsd = 600;      // of a millicore in use: 4 W a core at 0.15 USD a kWh
constexpr std::int64_t kOverloadNanoUsd[kBitbrainsResources] = {300'000, 40'000, 550, 550};
constexpr std::int64_t kMoveNanoUsd = 800'000;  // 0.02 USD, over a day
constexpr double kCorrelation = 0.5;
constexpr double kMostOfHost = 0.3;
constexpr int kDraws = 60;

class BitbrainsMaker : Chance {
 public:
  explicit BitbrainsMaker(const BitbrainsMaking& m) : Chance(m.seed, m.hosts, m.vms), m_(m) {}

  Problem make() {
    p_.hosts = m_.hosts;
    p_.items = m_.vms;
    for (std::size_t l = 0; l < kBitbrainsLanes; ++l) p_.lanes.push_back({false, kOverloadNanoUsd[l / kBitbrainsHorizons]});
    make_hosts();
    make_needs();
    settle();
    p_.group.assign(m_.vms, placement::kNoGroup);
    return std::move(p_);
  }

 private:
  double laplace(double mean_size) {
    const double u = unit() - 0.5;
    return (u < 0 ? mean_size : -mean_size) * std::log(1 - 2 * std::abs(u));
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(Chance::below(n)); }

  void make_hosts() {
    for (std::size_t h = 0; h < m_.hosts; ++h) {
      const double size = type_of(h) == HostType::kLarge ? 2 : 1;
      p_.open_price.push_back(std::llround(1e9 * kOpenUsd[static_cast<std::size_t>(type_of(h))]));
      p_.location.push_back(static_cast<std::int32_t>(h / 40));          // a rack
      p_.neighbourhood.push_back(static_cast<std::int32_t>(h / 2000));   // a zone
      for (std::size_t l = 0; l < kBitbrainsLanes; ++l) {
        const double capacity = kStandard[l / kBitbrainsHorizons] * size;
        p_.capacity.push_back(static_cast<std::int64_t>(capacity));
        p_.safe.push_back(static_cast<std::int64_t>(capacity * m_.safe));
        p_.use_price.push_back(l == 0 ? kCoreNanoUsd : 0);
      }
    }
  }

  void make_needs() {
    std::vector<double> raw(m_.vms * kBitbrainsLanes);
    for (std::size_t v = 0; v < m_.vms; ++v) {
      const double common = normal();
      for (std::size_t r = 0; r < kBitbrainsResources; ++r) {
        const double z = std::sqrt(kCorrelation) * common + std::sqrt(1 - kCorrelation) * normal();
        double logarithm = std::log(kMedian[r]) + kDeviation[r] * z;
        for (std::size_t k = 0; k < kBitbrainsHorizons; ++k) {
          if (k > 0) logarithm += laplace(kChange[k - 1][r]);
          raw[v * kBitbrainsLanes + r * kBitbrainsHorizons + k] = std::exp(logarithm);
        }
      }
    }
    p_.need.assign(m_.vms * kBitbrainsLanes, 0);
    for (std::size_t r = 0; r < kBitbrainsResources; ++r) scale(raw, r);
  }

  // Finds the factor by halving: what is needed grows with it.
  void scale(const std::vector<double>& raw, std::size_t r) {
    double low = 0, high = 1e6;
    for (int i = 0; i < 60; ++i) {
      const double factor = (low + high) / 2;
      (fullest(raw, r, factor) < m_.full[r] ? low : high) = factor;
    }
    fullest(raw, r, low);
  }

  // The share of the fleet that resource r takes in its fullest lane with that factor; writes the needs down.
  double fullest(const std::vector<double>& raw, std::size_t r, double factor) {
    double most = 0;
    for (std::size_t l = r * kBitbrainsHorizons; l < (r + 1) * kBitbrainsHorizons; ++l) {
      double need = 0, capacity = 0;
      for (std::size_t v = 0; v < m_.vms; ++v) {
        const double one = std::clamp(raw[v * kBitbrainsLanes + l] * factor, 1.0, kMostOfHost * kStandard[r]);
        p_.need[v * kBitbrainsLanes + l] = static_cast<std::int64_t>(one);
        need += std::floor(one);
      }
      for (std::size_t h = 0; h < m_.hosts; ++h) capacity += static_cast<double>(p_.capacity[h * kBitbrainsLanes + l]);
      most = std::max(most, need / capacity);
    }
    return most;
  }

  double size_of(std::size_t vm) const {
    double most = 0;
    for (std::size_t l = 0; l < kBitbrainsLanes; ++l)
      most = std::max(most, static_cast<double>(p_.need[vm * kBitbrainsLanes + l]) / kStandard[l / kBitbrainsHorizons]);
    return most;
  }

  bool fits(std::size_t vm, std::size_t host) const {
    for (std::size_t l = 0; l < kBitbrainsLanes; ++l)
      if (use_[host * kBitbrainsLanes + l] + p_.need[vm * kBitbrainsLanes + l] > p_.capacity[host * kBitbrainsLanes + l]) return false;
    return true;
  }

  std::size_t home_for(std::size_t vm) {
    for (int draw = 0; draw < kDraws; ++draw)
      if (const std::size_t host = below(m_.hosts); fits(vm, host)) return host;
    const std::size_t first = below(m_.hosts);
    for (std::size_t i = 0; i < m_.hosts; ++i)
      if (const std::size_t host = (first + i) % m_.hosts; fits(vm, host)) return host;
    return first;  // then the host grows
  }

  void settle() {
    p_.home.assign(m_.vms, 0);
    use_.assign(m_.hosts * kBitbrainsLanes, 0);
    std::vector<double> sizes(m_.vms);
    for (std::size_t v = 0; v < m_.vms; ++v) sizes[v] = size_of(v);
    std::vector<std::size_t> order(m_.vms);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
    for (std::size_t vm : order) {
      const std::size_t home = home_for(vm);
      p_.home[vm] = static_cast<std::int32_t>(home);
      for (std::size_t l = 0; l < kBitbrainsLanes; ++l) {
        std::int64_t& use = use_[home * kBitbrainsLanes + l];
        use += p_.need[vm * kBitbrainsLanes + l];
        p_.capacity[home * kBitbrainsLanes + l] = std::max(p_.capacity[home * kBitbrainsLanes + l], use);
      }
    }
    p_.away_price.assign(m_.vms, kMoveNanoUsd);
  }

  const BitbrainsMaking& m_;
  Problem p_;
  std::vector<std::int64_t> use_;  // hosts x lanes
};

}  // namespace

HostType type_of(std::size_t host) {
  constexpr HostType kTypes[4] = {HostType::kStandard, HostType::kLarge, HostType::kStandard, HostType::kOld};
  return kTypes[host % 4];
}

Problem make_bitbrains_fleet(const BitbrainsMaking& making) { return BitbrainsMaker(making).make(); }

}  // namespace headroom::placement_testing
