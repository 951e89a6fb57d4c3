// Tickets: who may connect again without showing a certificate, and for how long.
#include "rig.h"

namespace headroom::ingest {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// A connection of `me` that has been welcomed, as a rule with a ticket.
Session ticket_of(Rig& rig, const Credential& me) {
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  return agent.session();
}

TEST(Resumption, ATicketStandsForTheCertificateAndSpeaksForItsVm) {
  Rig rig;
  const Credential me = rig.agent();
  const Session ticket = ticket_of(rig, me);
  ASSERT_TRUE(ticket);
  TestAgent again(rig.port(), {}, {.session = ticket});   // it has no certificate to show
  EXPECT_TRUE(again.resumed());
  greeted(again, id_of('r'));
  again.send(report_of(1, 1'000'000'000));
  EXPECT_TRUE(acknowledged(again, 1));
  EXPECT_EQ(rig.samples(kOne).size(), 1U);
  EXPECT_EQ(rig.board.find(kOne)->serial, identity::serial_of(*identity::certificate_of(me.certificate)));
  EXPECT_TRUE(again.session()) << "and gets another one";
}

TEST(Resumption, OutlivesARestartOfTheManager) {
  Rig rig;
  const Session ticket = ticket_of(rig, rig.agent());
  rig.ingest.reset();
  rig.stop();
  rig.start();
  TestAgent again(rig.port(), {}, {.session = ticket});
  EXPECT_TRUE(again.resumed());
  greeted(again, id_of('r'));
}

TEST(Resumption, ARevokedAgentDoesNotResume) {
  Rig rig;
  const Credential me = rig.agent();
  const Session ticket = ticket_of(rig, me);
  ASSERT_TRUE(rig.identities->revoke_vm(kOne, rig.clock->now()));
  TestAgent again(rig.port(), me, {.session = ticket});
  EXPECT_FALSE(again.resumed());
  again.send(hello_of(id_of('r')));
  EXPECT_FALSE(again.receive());
  EXPECT_THAT(again.why(), HasSubstr("certificate revoked")) << "its certificate is asked for, and refused as ever";
  TestAgent without(rig.port(), {}, {.session = ticket});
  without.send(hello_of(id_of('r')));
  const auto answer = without.receive();
  ASSERT_TRUE(answer && answer->has_goodbye());
  EXPECT_EQ(answer->goodbye().text(), "without a certificate it may only join");
}

TEST(Resumption, ATicketDoesNotOutliveItsCertificate) {
  const auto clock = std::make_shared<ManualClock>(SystemClock().now());
  class Moved : public Rig {
   public:
    explicit Moved(std::shared_ptr<ManualClock> c) {
      stop();
      clock = std::move(c);
      start();
    }
  } rig(clock);
  const Credential me = rig.agent();
  const Session ticket = ticket_of(rig, me);
  ASSERT_TRUE(ticket);
  clock->set(clock->now() + 22 * kHour);
  EXPECT_TRUE(TestAgent(rig.port(), {}, {.session = ticket}).resumed()) << "for as long as that";
  clock->set(clock->now() + kHour + std::chrono::minutes(1));
  EXPECT_FALSE(TestAgent(rig.port(), me, {.session = ticket}).resumed());
}

TEST(Resumption, AStrangerGetsNoTicketAndOneOfAnotherAuthorityIsNone) {
  Rig rig, other;
  TestAgent stranger(rig.port(), {});
  stranger.send(join_of(rig.token(), identity::testing::AgentKey().request()));
  ASSERT_TRUE(stranger.receive());
  EXPECT_FALSE(stranger.session());
  const Session ticket = ticket_of(other, other.agent());
  ASSERT_TRUE(ticket);
  EXPECT_FALSE(TestAgent(rig.port(), {}, {.session = ticket}).resumed());
}

}  // namespace
}  // namespace headroom::ingest
