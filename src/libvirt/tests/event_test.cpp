#include "headroom/libvirt/event.h"

#include <gtest/gtest.h>

#include "../src/connection.h"

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

TEST(Connection, LeavesNobodyListeningWhenItEnds) {
  const auto queue = std::make_shared<EventQueue>(2);
  auto connection = Connection::open("test:///default", {}, queue, 0);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_GT(queue.use_count(), 1);
  connection->reset();
  EXPECT_EQ(queue.use_count(), 1);
}

}  // namespace
}  // namespace headroom::libvirt
