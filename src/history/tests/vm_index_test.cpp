#include "../src/vm_index.h"

#include <gtest/gtest.h>

namespace headroom::history {
namespace {

TEST(VmIndex, TakesNoMoreVmsThanItCanReadBackAndKeepsThoseItKnows) {
  VmIndex index(120, 2);
  const VmEntry* const first = index.find_or_add("a");
  ASSERT_NE(first, nullptr);
  ASSERT_NE(index.find_or_add("b"), nullptr);
  EXPECT_EQ(index.find_or_add("c"), nullptr);
  EXPECT_EQ(index.find_or_add("a"), first);
  index.remove(*first);
  EXPECT_EQ(index.find_or_add("c"), nullptr) << "a number is given once";
}

}  // namespace
}  // namespace headroom::history
