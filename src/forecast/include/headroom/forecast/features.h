// What the global model sees of one (VM, resource) at one moment: kFeatureCount numbers, NaN where the past does not
// reach. Training, the daemon, the simulator and the command line all use this one function, so a model always meets
// the features it was grown on; feature_hash() is stored in the model file to hold that promise.
//
// Scale-free: amounts are (x - now) / s with s = Series::scale(), so one model serves an idle VM and a huge one. The
// target is z = asinh((y - now) / s), see to_z(); quantiles survive that monotone map.
//
// Threads: pure functions of their arguments; a VmSeries has one owner. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "headroom/forecast/series.h"
#include "headroom/model/resources.h"

namespace headroom {

inline constexpr std::size_t kFeatureCount = 146;

// The four series of one VM, all on the same steps.
struct VmSeries {
  VmSeries() : of{Series(Resource::kCpu), Series(Resource::kMemory), Series(Resource::kDisk), Series(Resource::kNetwork)} {}
  Series& operator[](Resource r) { return of[index(r)]; }
  const Series& operator[](Resource r) const { return of[index(r)]; }

  std::array<Series, kResourceCount> of;
  std::array<double, kResourceCount> ceiling{};  // base units, 0 = unknown
};

// Fills `out` (kFeatureCount floats) for the newest step of `vm`, which is number `step` since 1970 on the grid.
// The series must have a value.
void compute_features(const VmSeries& vm, Resource resource, std::int64_t step, std::span<float> out);

std::vector<std::string> feature_names();  // kFeatureCount, in order
std::uint64_t feature_hash();              // of the names

// The model's target and its inverse: y = now + s * sinh(z).
float to_z(double future, double now, double scale);
double from_z(double z, double now, double scale);

}  // namespace headroom
