// The fleet that ships with the source: what run.sh and the benchmarks replay.
#include <gtest/gtest.h>

#include <cmath>

#include "../src/cores.h"
#include "headroom/trace/fleet.h"

namespace headroom {
namespace {

TEST(SampleFleet, IsFourWeeksOfFiftyFiveVmsWithAllFourResources) {
  const auto fleet = read_fleet({HEADROOM_SOURCE_DIR "/examples/bitbrains/vms"});
  ASSERT_TRUE(fleet.has_value()) << fleet.error().message;
  ASSERT_EQ(fleet->vms.size(), 55u);
  for (const VmTrace& vm : fleet->vms) {
    EXPECT_EQ(vm.start, *parse_instant("2013-08-02")) << vm.name;
    EXPECT_EQ(vm.slots(), 28u * 288) << vm.name;
    for (const std::vector<float>& d : vm.demand) {
      const auto gaps = std::count_if(d.begin(), d.end(), [](float v) { return std::isnan(v); });
      EXPECT_LT(gaps, 28 * 288 / 10) << vm.name;
    }
  }
}

TEST(SampleFleet, HasTheCoreCountsThatItsClocksSuggest) {
  const auto fleet = read_fleet({HEADROOM_SOURCE_DIR "/examples/bitbrains/vms"});
  ASSERT_TRUE(fleet.has_value()) << fleet.error().message;
  for (const VmTrace& vm : fleet->vms)
    EXPECT_EQ(trace::cores_from_mhz(vm.cores * vm.core_mhz), vm.cores) << vm.name;
}

}  // namespace
}  // namespace headroom
