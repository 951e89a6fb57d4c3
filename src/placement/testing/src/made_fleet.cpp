#include "headroom/placement_testing/made_fleet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>

#include "chance.h"

namespace headroom::placement_testing {
namespace {

using placement::Problem;

constexpr std::size_t kResources = 4, kHorizons = 3, kLanes = kResources * kHorizons;
constexpr double kNanoDollars = 1e9, kUsdPerWattHour = 0.15e-3, kMostOfAHost = 0.5, kSafe = 0.8;
constexpr std::int64_t kOverPrice = 200'000;  // 0.20 USD an hour for 1,000 units

struct HostType {
  double cores, gib, disk_kbps, net_kbps, usd, idle_watts, full_watts;
};
constexpr HostType kReserved{32, 256, 400e3, 1250e3, 0, 200, 350}, kOnDemand{64, 512, 800e3, 1250e3, 2.895, 300, 600},
    kOld{24, 128, 200e3, 625e3, 1.6125, 250, 450};
constexpr std::array<HostType, 5> kTurn{kReserved, kOnDemand, kReserved, kOnDemand, kOld};

class FleetMaker : Chance {
 public:
  explicit FleetMaker(const FleetMaking& m) : Chance(m.seed, m.items, m.hosts), m_(m) {}

  Problem make() {
    p_.hosts = m_.hosts;
    p_.items = m_.items;
    for (std::size_t l = 0; l < kLanes; ++l) p_.lanes.push_back({.weight = l / kHorizons % 3 == 0 ? kOverPrice : 0});
    for (std::size_t h = 0; h < m_.hosts; ++h) make_host(kTurn[h % kTurn.size()], h);
    std::vector<double> need;
    for (std::size_t i = 0; i < m_.items; ++i) ask(need);
    scale(need);
    p_.group.assign(m_.items, placement::kNoGroup);
    p_.away_price.assign(m_.items, m_.away_price);
    settle();
    return std::move(p_);
  }

 private:
  void make_host(const HostType& type, std::size_t number) {
    const std::array<double, kResources> room{type.cores * 1000, type.gib * 1024, type.disk_kbps, type.net_kbps};
    const double watts = type.full_watts - type.idle_watts;
    for (std::size_t l = 0; l < kLanes; ++l) {
      const double capacity = room[l / kHorizons];
      p_.capacity.push_back(static_cast<std::int64_t>(capacity));
      p_.safe.push_back(static_cast<std::int64_t>(kSafe * capacity));
      // Power is used by the use to be expected now: the first horizon's.
      p_.use_price.push_back(l == 0 ? std::llround(watts * kUsdPerWattHour * kNanoDollars / capacity) : 0);
    }
    p_.open_price.push_back(std::llround((type.usd + type.idle_watts * kUsdPerWattHour) * kNanoDollars));
    p_.location.push_back(static_cast<std::int32_t>(number % 10));
    p_.neighbourhood.push_back(static_cast<std::int32_t>(number % 10));
  }

  void ask(std::vector<double>& need) {
    const double size = normal();
    const auto draw = [&](double median, double deviation) {
      return median * std::exp(deviation * (0.5 * size + std::sqrt(0.75) * normal()));
    };
    const double cores = draw(2, 0.7), share = std::min(1.0, draw(0.08, 1.8));
    const std::array<double, kResources> now{1000 * cores * share, 1024 * draw(4.7, 1.5), draw(15, 2.8), draw(15, 3.0)};
    for (std::size_t r = 0; r < kResources; ++r) {
      const double later = unit(), stretch = r == 1 ? 0.02 : 0.32;
      need.push_back(now[r]);
      need.push_back(now[r] * (r == 1 ? 1 + stretch * later / 2 : 1.03 + 0.12 * later));
      need.push_back(now[r] * (r == 1 ? 1 + stretch * later : 1.08 + stretch * later));
    }
  }

  // Clipping takes away what scaling gives, so a few rounds of both.
  void scale(std::vector<double> need) {
    std::array<double, kLanes> room{}, smallest{};
    for (std::size_t l = 0; l < kLanes; ++l) smallest[l] = static_cast<double>(p_.capacity[l]);
    for (std::size_t at = 0; at < p_.capacity.size(); ++at) {
      const auto capacity = static_cast<double>(p_.capacity[at]);
      room[at % kLanes] += capacity;
      smallest[at % kLanes] = std::min(smallest[at % kLanes], capacity);
    }
    for (int round = 0; round < 8; ++round) {
      std::array<double, kLanes> sum{};
      for (std::size_t at = 0; at < need.size(); ++at) {
        need[at] = std::min(need[at], kMostOfAHost * smallest[at % kLanes]);
        sum[at % kLanes] += need[at];
      }
      double scarcest = 0;
      for (std::size_t l = 0; l < kLanes; ++l) scarcest = std::max(scarcest, sum[l] / room[l]);
      for (double& n : need) n *= m_.fill / scarcest;
    }
    for (double n : need) p_.need.push_back(static_cast<std::int64_t>(std::ceil(n)));
  }

  void settle() {
    p_.home.resize(m_.items);
    std::vector<std::int64_t> use(m_.hosts * kLanes, 0);
    using Fill = std::pair<double, std::size_t>;
    std::priority_queue<Fill, std::vector<Fill>, std::greater<>> emptiest;
    for (std::size_t h = 0; h < m_.hosts; ++h) emptiest.emplace(0, h);
    for (std::size_t i = 0; i < m_.items; ++i) {
      const std::size_t host = emptiest.top().second;
      emptiest.pop();
      p_.home[i] = static_cast<std::int32_t>(host);
      double fullest = 0;
      for (std::size_t l = 0; l < kLanes; ++l) {
        const std::size_t at = host * kLanes + l;
        use[at] += p_.need[i * kLanes + l];
        p_.capacity[at] = std::max(p_.capacity[at], use[at]);  // hardly ever
        fullest = std::max(fullest, static_cast<double>(use[at]) / static_cast<double>(p_.capacity[at]));
      }
      emptiest.emplace(fullest, host);
    }
  }

  const FleetMaking& m_;
  Problem p_;
};

}  // namespace

Problem make_fleet(const FleetMaking& making) { return FleetMaker(making).make(); }

}  // namespace headroom::placement_testing
