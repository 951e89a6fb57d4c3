#include "prior.h"

namespace headroom {
namespace {

// Quantiles at kLevels over the VMs and hours of GWA-T-12 (Bitbrains), rounded outwards: shares of the ceiling, and
// base units where the ceiling is unknown.
constexpr std::array<float, kLevelCount> kOfCeiling{0, .05F, .12F, .2F, .4F, .7F, 1, 1};
constexpr std::array<float, kLevelCount> kOfTypical{0, .1F, .25F, .5F, 1, 2, 8, 16};
constexpr std::array<double, kResourceCount> kTypical{1000, 2.0 * (1U << 30), 1e6, 1e6};

}  // namespace

Band prior_band(Resource resource, double ceiling) {
  Band band;
  const auto& shares = ceiling > 0 ? kOfCeiling : kOfTypical;
  const double unit = ceiling > 0 ? ceiling : kTypical[index(resource)];
  for (std::size_t l = 0; l < kLevelCount; ++l) band.at[l] = static_cast<float>(unit * shares[l]);
  return band;
}

}  // namespace headroom
