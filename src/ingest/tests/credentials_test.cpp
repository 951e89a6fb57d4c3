// Who is let in, and each kind of who is not.
#include "rig.h"

namespace headroom::ingest {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using identity::testing::certificate_for;
using wire::v1::Goodbye;

// What happens to a report of someone who shows this: an alert, a goodbye, or (which no bad credential gets) an acknowledgement.
std::string fate(int port, const Credential& shows, const Wishes& wishes = {}) {
  TestAgent agent(port, shows, wishes);
  if (agent.shaken()) {
    agent.send(hello_of(id_of('r')));
    agent.send(report_of(1, 1'000'000'000));
    while (const auto message = agent.receive()) {
      if (message->has_ack()) return "taken";
      if (message->has_goodbye()) return "goodbye: " + message->goodbye().text();
    }
  }
  return agent.why();
}

class Credentials : public ::testing::Test {
 protected:
  // A certificate by the fleet's authority, in whatever form.
  Credential signed_by_ours(const identity::testing::Names& names, const std::string& serial, Duration from, Duration until) {
    Credential c;
    const Instant now = rig.clock->now();
    const identity::Key signer = identity::testing::key_in(rig.folder / "authority.pem");
    c.certificate = identity::to_der(*certificate_for(*c.key->key, names, serial, now + from, now + until, &rig.authority.certificate(), *signer));
    return c;
  }
  void expect_nothing_taken() {
    EXPECT_TRUE(rig.samples().empty());
    EXPECT_TRUE(rig.samples(kOther).empty());
  }
  static constexpr const char* kVm = "URI:urn:uuid:6f1c2d3e-0000-4000-8000-00000000000a";
  Rig rig;
};

TEST_F(Credentials, AGoodOneIsTakenAndTheManagerShowsWhoItIs) {
  const Credential me = rig.agent();
  EXPECT_EQ(fate(rig.port(), me), "taken");
  EXPECT_EQ(rig.samples().size(), 1u);
  EXPECT_EQ(TestAgent(rig.port(), me).server(), identity::kManagerUri);
}

TEST_F(Credentials, NoneMayNotReport) {
  EXPECT_EQ(fate(rig.port(), {}), "goodbye: without a certificate it may only join");
  expect_nothing_taken();
}

TEST_F(Credentials, ASelfSignedOneIsRefused) {
  Credential c;
  const Instant now = rig.clock->now();
  c.certificate = identity::to_der(*certificate_for(*c.key->key, {kVm}, "01", now - kHour, now + kHour, nullptr, *c.key->key));
  EXPECT_THAT(fate(rig.port(), c), HasSubstr("unknown ca"));
  expect_nothing_taken();
}

TEST_F(Credentials, OneOfAnotherAuthorityOfTheSameNameIsRefused) {
  const auto other = *identity::Authority::open(rig.folder / "other.pem", rig.clock->now());
  Credential c;
  c.certificate = *other.issue(c.key->request(), {kOne, "40", rig.clock->now() - kHour, rig.clock->now() + kHour});
  const std::string why = fate(rig.port(), c);
  EXPECT_TRUE(why.find("unknown ca") != std::string::npos || why.find("decrypt error") != std::string::npos || why.find("bad certificate") != std::string::npos) << why;
  expect_nothing_taken();
}

TEST_F(Credentials, AnExpiredOneIsRefused) {
  EXPECT_THAT(fate(rig.port(), signed_by_ours({kVm}, "01", -3 * kHour, -2 * kHour)), HasSubstr("certificate expired"));
  expect_nothing_taken();
}

TEST_F(Credentials, OneThatIsNotValidYetIsRefused) {
  EXPECT_THAT(fate(rig.port(), signed_by_ours({kVm}, "01", 2 * kHour, 3 * kHour)), HasSubstr("bad certificate"));
  expect_nothing_taken();
}

TEST_F(Credentials, OneWithoutAVmIsRefused) {
  EXPECT_THAT(fate(rig.port(), signed_by_ours({""}, "01", -kHour, kHour)), HasSubstr("alert"));
  expect_nothing_taken();
}

TEST_F(Credentials, OneOfTwoVmsIsRefused) {
  EXPECT_THAT(fate(rig.port(), signed_by_ours({std::string(kVm) + ",URI:urn:uuid:" + kOther}, "01", -kHour, kHour)), HasSubstr("alert"));
  expect_nothing_taken();
}

TEST_F(Credentials, OneThatTheBookHasNotIssuedIsRefusedThoughOurAuthoritySignedIt) {
  EXPECT_THAT(fate(rig.port(), signed_by_ours({kVm}, "01", -kHour, kHour)), HasSubstr("alert"));
  expect_nothing_taken();
}

TEST_F(Credentials, TheManagersOwnIsNoAgents) {
  EXPECT_THAT(fate(rig.port(), signed_by_ours({"URI:urn:headroom:manager", "serverAuth"}, "01", -kHour, kHour)), HasSubstr("alert"));
  expect_nothing_taken();
}

TEST_F(Credentials, OneThatIsForServersIsRefusedThoughItNamesAVm) {
  EXPECT_THAT(fate(rig.port(), signed_by_ours({kVm, "serverAuth"}, "01", -kHour, kHour)), HasSubstr("alert"));
  expect_nothing_taken();
}

TEST_F(Credentials, ARevokedOneIsRefusedByVmAndBySerial) {
  const Credential one = rig.agent(), other = rig.agent(kOther);
  ASSERT_TRUE(rig.identities->revoke_vm(kOne, rig.clock->now()));
  ASSERT_TRUE(rig.identities->revoke_serial(identity::serial_of(*identity::certificate_of(other.certificate)), rig.clock->now()));
  EXPECT_THAT(fate(rig.port(), one), HasSubstr("certificate revoked"));
  EXPECT_THAT(fate(rig.port(), other), HasSubstr("certificate revoked"));
  expect_nothing_taken();
}

TEST_F(Credentials, ACertificateWithoutItsKeyIsRefused) {
  const Credential me = rig.agent();
  // OpenSSL lets nobody use a certificate with a key that is not its own; the certificate's public key with foreign bits does not sign.
  Credential thief{std::make_shared<identity::testing::AgentKey>(), me.certificate};
  EXPECT_NE(fate(rig.port(), thief), "taken");
  expect_nothing_taken();
}

TEST_F(Credentials, AnOlderTlsIsRefused) {
  const Credential me = rig.agent();
  EXPECT_THAT(fate(rig.port(), me, {.newest_tls = TLS1_2_VERSION}), HasSubstr("protocol version"));
  expect_nothing_taken();
}

TEST_F(Credentials, ATokenIsGoodForOneJoin) {
  const std::string token = rig.token();
  EXPECT_FALSE(joined(rig.port(), token).certificate.empty());
  TestAgent again(rig.port(), {});
  again.send(join_of(token, identity::testing::AgentKey().request()));
  const auto answer = again.receive();
  ASSERT_TRUE(answer && answer->has_goodbye());
  EXPECT_EQ(answer->goodbye().code(), Goodbye::REFUSED);
  EXPECT_EQ(answer->goodbye().text(), "the join token is not good") << "a stranger is told no more";
  EXPECT_FALSE(again.receive());
}

TEST_F(Credentials, TokensThatWereNeverMadeAreRefused) {
  EXPECT_TRUE(joined(rig.port(), "hrj1-" + std::string(43, 'A') + "-" + std::string(64, '0')).certificate.empty());
  EXPECT_TRUE(joined(rig.port(), "nonsense").certificate.empty());
}

TEST_F(Credentials, ATokenOfOneVmSpeaksForThatOneWhateverTheRequestCallsItself) {
  Credential me;
  TestAgent stranger(rig.port(), {});
  stranger.send(join_of(rig.token(kOne), me.key->request("urn:uuid:" + kOther)));
  const auto answer = stranger.receive();
  ASSERT_TRUE(answer && answer->has_joined());
  me.certificate = answer->joined().chain(0);
  EXPECT_EQ(fate(rig.port(), me), "taken");
  EXPECT_EQ(rig.samples(kOne).size(), 1u);
  EXPECT_TRUE(rig.samples(kOther).empty());
}

TEST_F(Credentials, RevocationEndsALiveConnection) {
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  ASSERT_TRUE(rig.identities->revoke_vm(kOne, rig.clock->now()));
  rig.ingest->wake();
  const auto last = agent.last_words();
  ASSERT_TRUE(last && last->has_goodbye());
  EXPECT_EQ(last->goodbye().code(), Goodbye::REFUSED);
  EXPECT_FALSE(rig.board.find(kOne)->connected);
}

TEST_F(Credentials, ACertificateIsRenewedOnTheStreamThatGoesOn) {
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  Credential next;
  wire::v1::FromAgent renew;
  renew.mutable_renew()->set_csr(next.key->request());
  ASSERT_TRUE(agent.send(renew));
  const auto answer = agent.receive();
  ASSERT_TRUE(answer && answer->has_renewed());
  next.certificate = answer->renewed().chain(0);
  EXPECT_EQ(identity::vm_of(*identity::certificate_of(next.certificate)), kOne);
  agent.send(report_of(1, 1'000'000'000));
  EXPECT_TRUE(acknowledged(agent, 1)) << "the stream goes on";
  EXPECT_EQ(rig.board.find(kOne)->serial, identity::serial_of(*identity::certificate_of(next.certificate)));
  EXPECT_EQ(fate(rig.port(), next), "taken");
}

TEST_F(Credentials, RefusalsAreToldInTheLogAndNotMoreThanAFewTimes) {
  for (int i = 0; i < 50; ++i) fate(rig.port(), signed_by_ours({kVm}, "01", -3 * kHour, -2 * kHour));
  const auto lines = rig.said();
  EXPECT_GE(lines.size(), 1u);
  EXPECT_LE(lines.size(), 6u);
  EXPECT_EQ(lines.front(), "agent at 127.0.0.1: its certificate is refused: certificate has expired");
}

TEST_F(Credentials, TheWitnessHearsWhoJoinsWhoRenewsAndWhoIsRefused) {
  const std::string token = rig.token(kOther);
  const Credential me = rig.agent(), other = joined(rig.port(), token);
  const auto serial = [](const Credential& c) { return identity::serial_of(*identity::certificate_of(c.certificate)); };
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  wire::v1::FromAgent renew;
  renew.mutable_renew()->set_csr(identity::testing::AgentKey().request());
  agent.send(renew);
  ASSERT_TRUE(agent.receive());
  EXPECT_TRUE(joined(rig.port(), token).certificate.empty());
  fate(rig.port(), {});
  fate(rig.port(), signed_by_ours({kVm}, "01", -3 * kHour, -2 * kHour));
  ASSERT_TRUE(rig.identities->revoke_vm(kOne, rig.clock->now()));
  rig.ingest->wake();
  ASSERT_TRUE(agent.last_words());
  using ::testing::StartsWith;
  EXPECT_THAT(rig.witness.said(),
              ::testing::ElementsAre("joined " + kOne + " " + serial(me) + " from 127.0.0.1", "joined " + kOther + " " + serial(other) + " from 127.0.0.1",
                                     "renewed " + kOne, StartsWith("refused join from 127.0.0.1: it may not join: the join token of VM " + kOther + " was used at"),
                                     "refused connect from 127.0.0.1: without a certificate it may only join",
                                     "refused connect from 127.0.0.1: its certificate is refused: certificate has expired",
                                     "refused connect from 127.0.0.1 of " + kOne + ": its certificate is revoked"));
}

TEST_F(Credentials, WhatCannotBeWrittenDownIsNotGiven) {
  rig.witness.broken = true;
  TestAgent stranger(rig.port(), {});
  stranger.send(join_of(rig.token(), identity::testing::AgentKey().request()));
  const auto answer = stranger.receive();
  ASSERT_TRUE(answer && answer->has_goodbye());
  EXPECT_EQ(answer->goodbye().code(), Goodbye::BUSY);
  const auto issued = *rig.identities->certificates(rig.clock->now());
  ASSERT_EQ(issued.size(), 1U);
  EXPECT_TRUE(issued[0].revoked_at.has_value());
}

// A clock that the test moves: nothing is committed by time, so that no acknowledgement is waited for.
TEST(CertificateEnd, EndsAStreamThatIsNotRenewed) {
  const auto clock = std::make_shared<ManualClock>(SystemClock().now());
  IngestOptions options;
  options.commit_every = Duration(0);
  class Moved : public Rig {
   public:
    Moved(IngestOptions o, std::shared_ptr<ManualClock> c) : Rig(std::move(o)) {
      stop();
      clock = std::move(c);
      start();
    }
  } rig(options, clock);
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  clock->set(clock->now() + 23 * kHour + std::chrono::minutes(1));
  const auto last = agent.last_words();
  ASSERT_TRUE(last && last->has_goodbye()) << agent.why();
  EXPECT_THAT(fate(rig.port(), me), HasSubstr("certificate expired"));
}

}  // namespace
}  // namespace headroom::ingest
