#include "../src/worker.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "headroom/base/stop.h"

namespace headroom::libvirt {
namespace {

using std::chrono::seconds;

TEST(Worker, TakesNoSecondJobWhileOneHangs) {
  const auto release = std::make_shared<Stop>(), done = std::make_shared<Stop>();
  Worker worker;
  ASSERT_TRUE(worker.begin([release, done] {
    release->wait();
    return [done] { done->request(); };
  }));
  EXPECT_TRUE(worker.busy());
  EXPECT_FALSE(worker.begin([]() -> std::function<void()> { std::abort(); }));
  release->request();
  ASSERT_TRUE(done->wait_for(seconds(10)));
  EXPECT_FALSE(worker.busy());  // it is free before it hands in
  const auto again = std::make_shared<Stop>();
  EXPECT_TRUE(worker.begin([again] { return [again] { again->request(); }; }));
  EXPECT_TRUE(again->wait_for(seconds(10)));
}

TEST(Worker, ThatHangsDoesNotHoldUpItsEnd) {
  const auto release = std::make_shared<Stop>(), done = std::make_shared<Stop>();
  {
    Worker worker;
    worker.begin([release, done] {
      release->wait();
      return [done] { done->request(); };
    });
  }
  EXPECT_FALSE(done->requested());
  release->request();
  EXPECT_TRUE(done->wait_for(seconds(10)));
}

TEST(Mailbox, WaitsForThoseOfTheRoundAndKeepsWhatComesLate) {
  Mailbox<int> box(3);
  box.begin_round();
  box.expect(0);
  box.expect(1);
  box.put(0, 10);
  auto first = box.take(std::chrono::milliseconds(1));
  ASSERT_TRUE(first[0]);
  EXPECT_EQ(*first[0], 10);
  EXPECT_FALSE(first[1]);
  box.begin_round();  // nobody begins: what was expected before is not waited for
  box.put(1, 11);
  auto second = box.take(seconds(3600));
  ASSERT_TRUE(second[1]);
  EXPECT_EQ(*second[1], 11);
  EXPECT_FALSE(second[0]);
}

}  // namespace
}  // namespace headroom::libvirt
