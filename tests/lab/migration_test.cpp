// Live migrations of real guests, seen from a client of theirs.
#include "beat_client.h"
#include "pool_lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;

using LabMigration = PoolLab;

TEST_F(LabMigration, KeepsAClientOfTheGuestConnected) {
  const BeatClient client(lab.say("address vm1"));
  ASSERT_TRUE(within(seconds(10), [&] { return client.hears(); }));
  fmt::print("run  from to  took s  downtime ms  longest silence ms so far\n");
  for (int run = 0; run < times(10); ++run) {
    const std::string from = lab.where("vm1"), to = other(from);
    const Progress end = carry_out(move("vm1", to));
    ASSERT_EQ(end.state, ActionState::kDone) << end.message;
    EXPECT_EQ(lab.where("vm1"), to);
    EXPECT_EQ(lab.places("vm1"), 1);
    ASSERT_TRUE(end.took && end.downtime);
    const BeatClient::Seen seen = client.seen();
    fmt::print("{:3}  {}   {}  {:6.1f}  {:11}  {:.0f}\n", run + 1, from, to, static_cast<double>(end.took->count()) / 1000, end.downtime->count(), seen.longest_gap_ms);
    const long beats = seen.beats;
    EXPECT_TRUE(within(seconds(10), [&] { return client.seen().beats > beats + 5; })) << "the guest is silent after the move";
  }
  const BeatClient::Seen seen = client.seen();
  EXPECT_EQ(seen.connections, 1);
  EXPECT_EQ(seen.missing, 0);
  EXPECT_LT(seen.longest_gap_ms, 5000);
  EXPECT_EQ(pool_->alarm(), std::nullopt);
}

TEST_F(LabMigration, CarriesAnotherAllocationToTheDestination) {
  const std::string to = other(lab.where("vm1"));
  Action a = move("vm1", to);
  const long before = a.before.cpu().count();
  a.after[Resource::kCpu] = before == 500 ? 750 : 500;
  const Progress end = carry_out(a);
  ASSERT_EQ(end.state, ActionState::kDone) << end.message;
  look();
  EXPECT_EQ(vm("vm1").host, host(to).id);
  EXPECT_EQ(vm("vm1").allocation.cpu(), a.after.cpu());
}

TEST_F(LabMigration, EndsWithTheGuestWhereItWasWhenItIsCancelled) {
  const std::string from = lab.where("vm1");
  const ActionId id = begin(move("vm1", other(from), 3));
  ASSERT_TRUE(in_the_middle(id));
  ASSERT_TRUE(pool_->cancel(id));
  const Progress end = end_of(id, seconds(60));
  EXPECT_EQ(end.state, ActionState::kCancelled) << end.message;
  EXPECT_EQ(lab.where("vm1"), from);
  EXPECT_EQ(lab.places("vm1"), 1);
  EXPECT_FALSE(has_job(from, "vm1"));
}

}  // namespace
}  // namespace headroom::lab
