// Live migrations of real guests, seen from a client of theirs.
#include "beat_client.h"
#include "pool_lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;

class LabMigration : public PoolLab {
 protected:
  void reach_peers_by_tls() {
    for (const char* name : {"h1", "h2"})
      options_.migration.peers[uris_[name]].uri = fmt::format("qemu+tls://{}/system?pkipath=/etc/libvirt/pki", lab.say(std::string("address ") + name));
  }
  // What a host has of established connections.
  std::string connections_of(const std::string& host) const { return lab.say("inside " + host + " ss -Htn state established"); }
  static constexpr const char* kMemoryPorts = ":491[5-9][0-9]";  // libvirt's for migrations begin at 49152
};

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
  if (const std::string why = lab.why_no_quotas(); !why.empty()) GTEST_SKIP() << why;
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

TEST_F(LabMigration, BeginsOnceTheSampleOfItsMemoryIsOver) {
  if (!is_long()) GTEST_SKIP() << "half a minute: HEADROOM_LONG=1";
  options_.dirty.every = seconds(1);
  options_.dirty.least = 1_MiB;  // QEMU may have nothing to look at in so small a guest, and takes its time all the same
  restart();
  const std::string from = lab.where("vm1");
  const auto sampled = [&] {
    const std::string told = lab.say(fmt::format("virsh {} domstats --dirtyrate vm1", from));
    return told.find("calc_status=1") != std::string::npos && told.find("calc_period=10") != std::string::npos;
  };
  ASSERT_TRUE(within(seconds(60), [&] { return look(), sampled(); }));
  const ActionId id = begin(move("vm1", other(from), 8));
  EXPECT_TRUE(sampled());
  ASSERT_TRUE(in_the_middle(id));
  EXPECT_FALSE(sampled());
  EXPECT_EQ(end_of(id, seconds(60)).state, ActionState::kDone);
}

// That QEMU's own TLS is in force shows where a certificate is missing: then nothing moves.
TEST_F(LabMigration, EncryptsTheMemoryAndTheCallsWhereThatIsSaid) {
  const std::string from = lab.where("vm1"), to = other(from);
  options_.migration.tls = true;
  reach_peers_by_tls();
  restart();
  lab.say("inside " + to + " mv /etc/libvirt/pki/server-cert.pem /etc/libvirt/pki/away.pem");
  const Progress without = carry_out(move("vm1", to));
  lab.say("inside " + to + " mv /etc/libvirt/pki/away.pem /etc/libvirt/pki/server-cert.pem");
  EXPECT_EQ(without.state, ActionState::kFailed);
  EXPECT_THAT(without.message, ::testing::HasSubstr("server-cert.pem"));
  EXPECT_EQ(lab.where("vm1"), from);
  EXPECT_EQ(lab.places("vm1"), 1);
  const Progress end = carry_out(move("vm1", to));
  ASSERT_EQ(end.state, ActionState::kDone) << end.message;
  EXPECT_EQ(lab.where("vm1"), to);
  fmt::print("over TLS: {:.1f} s, {} ms\n", static_cast<double>(end.took->count()) / 1000, end.downtime->count());
}

TEST_F(LabMigration, SendsTheMemoryThroughTheLibvirtdsConnectionWhereThatIsSaid) {
  if (!is_long()) GTEST_SKIP() << "half a minute: HEADROOM_LONG=1";
  const BeatClient client(lab.say("address vm1"));
  const std::string from = lab.where("vm1"), to = other(from);
  const ActionId plain = begin(move("vm1", to, 8));
  ASSERT_TRUE(in_the_middle(plain));
  EXPECT_THAT(connections_of(from), ::testing::ContainsRegex(kMemoryPorts));
  ASSERT_EQ(end_of(plain, seconds(90)).state, ActionState::kDone);
  options_.migration.tunnelled = true;
  reach_peers_by_tls();
  restart();
  const ActionId tunnelled = begin(move("vm1", from, 8));
  ASSERT_TRUE(in_the_middle(tunnelled));
  const std::string connections = connections_of(to);
  EXPECT_THAT(connections, ::testing::Not(::testing::ContainsRegex(kMemoryPorts)));
  EXPECT_THAT(connections, ::testing::HasSubstr(":16514")) << "the tunnel is encrypted as the peers' connection is";
  const Progress end = end_of(tunnelled, seconds(90));
  ASSERT_EQ(end.state, ActionState::kDone) << end.message;
  EXPECT_EQ(lab.where("vm1"), from);
  EXPECT_EQ(lab.places("vm1"), 1);
  EXPECT_EQ(client.seen().connections, 1);
}

// A guest that writes twice as fast as is sent: without post-copy it is never over, so that it goes there first and fetches the rest.
TEST_F(LabMigration, FetchesTheRestAfterwardsWherePostCopyIsAllowed) {
  if (!is_long()) GTEST_SKIP() << "more than a minute: HEADROOM_LONG=1";
  const std::string from = lab.where("vm1"), to = other(from);
  lab.say("load vm1 50 60 0 0 12000");
  options_.migration.auto_converge = false;
  restart();
  const ActionId endless = begin(move("vm1", to, 6));
  EXPECT_EQ(end_of(endless, seconds(45)).state, ActionState::kRunning);
  ASSERT_TRUE(pool_->cancel(endless));
  EXPECT_EQ(end_of(endless, seconds(30)).state, ActionState::kCancelled);
  options_.migration.post_copy_after = seconds(15);
  restart();
  const BeatClient client(lab.say("address vm1"));
  const Progress end = carry_out(move("vm1", to, 6), seconds(45));
  ASSERT_EQ(end.state, ActionState::kDone) << end.message;
  EXPECT_EQ(lab.where("vm1"), to);
  EXPECT_EQ(lab.places("vm1"), 1);
  EXPECT_TRUE(within(seconds(10), [&] { return client.hears(); }));
  EXPECT_EQ(client.seen().connections, 1);
  fmt::print("post-copy: {:.1f} s, {} ms\n", static_cast<double>(end.took->count()) / 1000, end.downtime ? end.downtime->count() : -1);
  lab.say("load vm1 none");
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
