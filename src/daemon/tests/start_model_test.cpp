#include "headroom/daemon/start_model.h"

#include <gmock/gmock.h>

#include <fstream>

#include "retrain_rig.h"
#include "rig.h"

namespace headroom {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Folder;
using testing::poor_model;
using From = StartModel::From;

Instant end_of_training() { return quick_model()->info().trained_to; }

TEST(StartModel, IsTheOneThatAnEarlierRunSaved) {
  const Folder folder;
  const auto file = saved_model_file(folder.path());
  ASSERT_TRUE(quick_model()->save(file));
  const StartModel start = choose_start_model(poor_model(), file, end_of_training());
  EXPECT_EQ(start.from, From::kSaved);
  EXPECT_EQ(start.model->info().vms, quick_model()->info().vms);
  EXPECT_THAT(start.note, HasSubstr("forecasts with the model saved as"));
}

TEST(StartModel, OfADirectoryWithoutOneIsTheShippedOne) {
  const Folder folder;
  const StartModel start = choose_start_model(poor_model(), saved_model_file(folder.path()), end_of_training());
  EXPECT_EQ(start.from, From::kShipped);
  EXPECT_EQ(start.model, poor_model());
}

TEST(StartModel, IsTheShippedOneWhereTheFileIsBroken) {
  const Folder folder;
  const auto file = saved_model_file(folder.path());
  for (const char* content : {"", "not a model at all, though it is long enough"}) {
    std::ofstream(file, std::ios::binary) << content;
    const StartModel start = choose_start_model(poor_model(), file, end_of_training());
    EXPECT_EQ(start.from, From::kShippedForSaved);
    EXPECT_EQ(start.model, poor_model());
    EXPECT_THAT(start.note, AllOf(HasSubstr("is not used"), HasSubstr("not a model file"), HasSubstr("the shipped one forecasts")));
  }
}

TEST(StartModel, IsNeverOneThatKnowsWhatIsYetToCome) {
  const Folder folder;
  const auto file = saved_model_file(folder.path());
  ASSERT_TRUE(quick_model()->save(file));
  const StartModel start = choose_start_model(poor_model(), file, end_of_training() - Duration(1));
  EXPECT_EQ(start.from, From::kShippedForSaved);
  EXPECT_EQ(start.model, poor_model());
  EXPECT_THAT(start.note, HasSubstr("knows what is yet to come"));
}

TEST(StartModel, IsNoneWhereTheShippedOneIsBrokenOrMissingAndThatIsSaidAloud) {
  const Folder folder;
  const auto shipped = GlobalModel::load(folder / "none.model");
  const StartModel alone = choose_start_model(shipped, {}, end_of_training());
  EXPECT_EQ(alone.from, From::kNone);
  EXPECT_EQ(alone.model, nullptr);
  EXPECT_THAT(alone.note, AllOf(HasSubstr("WITHOUT ITS MODEL"), HasSubstr("none.model"), HasSubstr("the last value with its own errors")));
  const auto file = saved_model_file(folder.path());
  EXPECT_EQ(choose_start_model(shipped, file, end_of_training()).from, From::kNone) << "nothing is saved";
  ASSERT_TRUE(quick_model()->save(file));
  EXPECT_EQ(choose_start_model(shipped, file, end_of_training()).from, From::kSaved) << "a saved one does";
}

TEST(StartModel, IsNoneOfOtherHorizons) {
  const Folder folder;
  const auto file = saved_model_file(folder.path());
  ASSERT_TRUE(quick_model()->save(file));
  const auto shipped = GlobalModel::load(HEADROOM_SOURCE_DIR "/models/ple.model").value();
  const StartModel start = choose_start_model(shipped, file, end_of_training());
  EXPECT_EQ(start.from, From::kShippedForSaved);
  EXPECT_EQ(start.model, shipped);
  EXPECT_THAT(start.note, HasSubstr("other horizons"));
}

}  // namespace
}  // namespace headroom
