#include "headroom/base/quantity.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "headroom/base/id.h"

namespace headroom {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };

TEST(Quantity, AddsAndComparesOnlyWithItsOwnKind) {
  EXPECT_EQ(2_cores + 500_mcores, MilliCores(2500));
  EXPECT_LT(1_GiB, 1025_MiB);
  EXPECT_EQ(-(1_KiB), Bytes(-1024));
  EXPECT_EQ(3_MBps * 2, BytesPerSecond(6'000'000));
  static_assert(!Addable<MilliCores, Bytes>);
  static_assert(!std::is_convertible_v<std::int64_t, MilliCores>);
}

TEST(Id, OfAVmIsNotAnIdOfAHost) {
  static_assert(!std::is_convertible_v<VmId, HostId>);
  EXPECT_FALSE(VmId().valid());
  EXPECT_LT(HostId(1), HostId(2));
}

}  // namespace
}  // namespace headroom
