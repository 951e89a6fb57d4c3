// A past from elsewhere, put into a store.
#include "headroom/history/put_past.h"

#include <gmock/gmock.h>

#include "headroom/history/memory_history.h"
#include "stores.h"

namespace headroom {
namespace {

std::vector<Sample> past(std::int64_t first, std::int64_t end) {
  std::vector<Sample> samples;
  for (std::int64_t t = first; t < end; t += 10) samples.push_back(sample_at(t, static_cast<double>(t % 977) / 7));
  return samples;
}

TEST(PutPast, IsReadBackAfterARestartAndPutAgainForNothing) {
  const Folder directory;
  const auto samples = past(1'000'000, 1'100'000);  // more than a part
  EXPECT_EQ(put_past(*open_or_fail(directory.path()), "vm", samples), samples.size());
  const auto store = open_or_fail(directory.path());
  EXPECT_EQ(put_past(*store, "vm", samples), 0U);
  EXPECT_EQ(all_of(*store, "vm").size(), samples.size());
  EXPECT_EQ(put_past(*store, "another", samples), samples.size()) << "every VM has a past of its own";
}

TEST(PutPast, GoesOnWhereItWasCutOff) {
  const auto store = make_memory_history();
  EXPECT_EQ(put_past(*store, "vm", past(1000, 2000)), 100U);
  EXPECT_EQ(put_past(*store, "vm", past(0, 3000)), 200U);
  EXPECT_EQ(all_of(*store, "vm").size(), 300U);
}

TEST(PutPast, NeverTouchesWhatWasMeasured) {
  const auto store = make_memory_history();
  append_one(*store, "vm", sample_at(1505, 7));
  const auto refused = put_past(*store, "vm", past(1000, 2000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_EQ(refused.error().message,
            "the history has other samples of VM vm in that time, the first at 1970-01-01T00:25:05Z; nothing was written: let what is "
            "imported end before them");
  EXPECT_EQ(all_of(*store, "vm").size(), 1U);
  EXPECT_EQ(put_past(*store, "vm", past(1000, 1500)), 50U) << "before it there is room";
}

TEST(PutPast, ASampleOfTheSameInstantThatSaysSomethingElseIsAnother) {
  const auto store = make_memory_history();
  append_one(*store, "vm", sample_at(1500, 7));
  EXPECT_FALSE(put_past(*store, "vm", past(1000, 2000)));
}

TEST(PutPast, NothingIsNothing) {
  EXPECT_EQ(put_past(*make_memory_history(), "vm", {}), 0U);
}

}  // namespace
}  // namespace headroom
