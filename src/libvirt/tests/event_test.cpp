#include "headroom/libvirt/event.h"

#include <gtest/gtest.h>

namespace headroom::libvirt {
namespace {

TEST(EventQueue, IsBoundedAndSaysWhatItLost) {
  EventQueue queue(2);
  for (int i = 0; i < 5; ++i) queue.push({EventKind::kBalloonChange, 0, "vm", "vm", "", i});
  auto drained = queue.drain();
  ASSERT_EQ(drained.events.size(), 2U);
  EXPECT_EQ(drained.events[1].value, 1);
  EXPECT_EQ(drained.dropped, 3U);
  drained = queue.drain();
  EXPECT_TRUE(drained.events.empty());
  EXPECT_EQ(drained.dropped, 0U);
}

}  // namespace
}  // namespace headroom::libvirt
